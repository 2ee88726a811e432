#pragma once

// The catalogues at a peer that keeps an index, as leader or standby: who registered, which version
// each owner announced and which one is indexed. Each owner is the only one who can change its
// entries; they outlive its session by a little, so that a broken connection costs nothing.
//
// The records also outlive the role for a while: whoever leads or stands by again soon starts from
// what it had.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "core/cluster/seal_book.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

class Registry {
  public:
    struct Owner {
        CatalogState announced;
        CatalogState have;          ///< told up to here; less than is indexed while told anew
        std::uint64_t indexed = 0;  ///< the latest version in the index
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        bool cut_short = false;                          ///< not all of it has room
        bool registered = false;                         ///< with us, on a session that lives
        Time progressed;                                 ///< when it registered or delivered last
        std::optional<protocol::FollowerRecord> record;  ///< that it follows us, by its signature
        std::optional<Time> remove_at;
    };

    /// We keep an index from now on: who is not registered has to be within the grace time.
    void begin(Time now);
    /// Nobody tells us of changes any more.
    void end(Time now);

    protocol::Registered enroll(const PeerId& peer, const protocol::Register& message,
                                const protocol::LeaderView& view, Time now);
    /// Applies one run of changes, of which `sealed` is what its seal was verified to cover; the
    /// answer for its sender, unless it is not registered with us.
    std::optional<protocol::CatalogAck> update(const PeerId& peer,
                                               const protocol::CatalogUpdate& message,
                                               protocol::SealedRun sealed, Time now);

    /// The session is gone; the entries follow after a grace time, or at once after a goodbye.
    enum class Leaving : std::uint8_t { lost, goodbye };
    void left(const PeerId& peer, Leaving how, Time now);

    bool registered(const PeerId& peer) const;
    /// This owner tells its changes to somebody else now; what we have of it may be old.
    void moved_on(const PeerId& peer);
    /// A registered owner signed that it follows us; whether this is the first time in this epoch.
    bool signed_up(const PeerId& peer, const protocol::FollowerRecord& record);
    /// What the registered owners signed, in the order of their ids.
    std::vector<protocol::FollowerRecord> records() const;
    /// Whether this owner announced more than it delivers: registered, behind, and no progress
    /// worth the name for half a minute.
    bool withholds(const PeerId& peer, Time now) const;
    /// The index has no room for all that this owner announced; until it begins anew it is not
    /// covered.
    void cut_short(const PeerId& owner);
    std::size_t owners_cut_short() const;
    /// Whether everything that this peer announced is indexed.
    bool covers(const PeerId& peer) const;
    const std::map<PeerId, Owner>& owners() const { return owners_; }
    /// What the owners signed, to prove it to others.
    const SealBook& seals() const { return seals_; }

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

  private:
    void forget(std::map<PeerId, Owner>::iterator owner);

    std::map<PeerId, Owner> owners_;
    SealBook seals_;
    std::vector<Action> actions_;
};

}  // namespace iwant::cluster
