#pragma once

// Our catalogue at everybody who keeps an index: the leader and its standbys. Each of them is told
// by ourselves, so that none depends on another's word, and a standby that takes over has it all.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "core/cluster/registration.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

/// Over how long so many peers spread what they tell a new leader; nothing in a small network.
Duration registration_spread(std::size_t peers);

class Registrations {
  public:
    /// `signatory` must outlive the registrations.
    Registrations(const Signatory& signatory, Prng prng) : signatory_(signatory), prng_(prng) {}

    /// Our own catalogue, whether or not there is somebody to tell.
    void advanced(const CatalogAdvanced& event, Time now);
    const CatalogState& catalog() const { return catalog_; }
    std::uint64_t files() const { return files_; }
    std::uint64_t bytes() const { return bytes_; }

    struct Holder {
        PeerId peer;
        SessionId session;
    };
    /// Who keeps an index now and can be reached, the leader first, if there is one. Registers with
    /// those that are new or have another session or, of the leader, another epoch, at random
    /// within the spread for so many peers.
    void keep(const std::vector<Holder>& holders, const protocol::LeaderView& view,
              std::size_t peers, Time now);

    void registered(SessionId session, const protocol::Registered& message, Time now);
    void acknowledged(SessionId session, const protocol::CatalogAck& message, Time now);
    void read(const CatalogRead& event, Time now);

    /// Whether this holder keeps our catalogue; whether it has all that we know of.
    bool accepted_by(const PeerId& holder) const;
    bool caught_up_with(const PeerId& holder) const;

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

  private:
    Registration* at(SessionId session);

    const Signatory& signatory_;
    Prng prng_;
    std::map<PeerId, Registration> at_;
    CatalogState catalog_;
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace iwant::cluster
