#pragma once

// The leader's side of the catalogues: who registered, which version each owner announced and which
// one is indexed. Each owner is the only one who can change its entries; they outlive its session
// by a little, so that a broken connection costs nothing.
//
// The records also outlive the lead: a peer that leads again, or answers without a leader, starts
// from what it had, and they are dropped when it follows somebody else.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

class Registry {
  public:
    struct Owner {
        CatalogState announced;
        CatalogState have;  ///< indexed up to here
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        bool registered = false;  ///< with us, in this lead, on a session that lives
        std::optional<Time> remove_at;
    };

    /// We lead now: everybody has to register again within the grace time.
    void begin(Time now);
    /// We follow somebody else: what we held for others is not kept up any more.
    void clear();

    protocol::Registered enroll(const PeerId& peer, const protocol::Register& message,
                                const protocol::LeaderView& view);
    /// Applies one run of changes; the answer for its sender, unless it is no follower of ours.
    std::optional<protocol::CatalogAck> update(const PeerId& peer,
                                               const protocol::CatalogUpdate& message);

    /// The session is gone; the entries follow after a grace time, or at once after a goodbye.
    enum class Leaving : std::uint8_t { lost, goodbye };
    void left(const PeerId& peer, Leaving how, Time now);

    /// Live registered followers.
    std::uint32_t followers() const;
    /// Whether everything that this peer announced is indexed.
    bool covers(const PeerId& peer) const;
    const std::map<PeerId, Owner>& owners() const { return owners_; }

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

  private:
    void forget(std::map<PeerId, Owner>::iterator owner);

    std::map<PeerId, Owner> owners_;
    std::vector<Action> actions_;
};

}  // namespace iwant::cluster
