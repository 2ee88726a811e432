#pragma once

// Whom to dial and when. Addresses come from announcements, from the leader, from earlier runs and
// from users. Hints from strangers must not turn this peer into a weapon: each address is tried
// rarely, all together at most 10 times a second, and never ourselves.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

class Dialer {
  public:
    /// Whose word it is that somebody is there. `given`: a user's, tried for ever.
    enum class Source : std::uint8_t { heard, remembered, given };

    explicit Dialer(PeerId self) : self_(self) {}

    void given(const protocol::Address& address, Time now);
    /// Somebody said that `peer` is at `address`. `from`: not before this time.
    void suggested(const PeerId& peer, const protocol::Address& address, Source source, Time from);
    /// A datagram of the peer itself came from there: it is alive, so an address that worked before
    /// is tried again soon.
    void heard(const PeerId& peer, const protocol::Address& address, Time now, Time from);

    /// The way there may be another one now: what failed is due again, but never within a second of
    /// its last try.
    void network_changed(Time now);

    void opened(const SessionOpened& event, Time now);
    void failed(const DialFailed& event, Time now);

    /// What only the cluster knows of a target's peer.
    enum class Wish : std::uint8_t {
        none,    ///< there is a session already, or no use for one
        useful,  ///< while there are fewer sessions than the mesh has
        needed,  ///< the leader, or somebody to fetch from
    };
    struct Target {
        Source source = Source::heard;
        std::optional<PeerId> expected;
        bool own = false;     ///< we ourselves answer there
        bool proven = false;  ///< a session was open there in this run
        bool in_flight = false;
        unsigned failures = 0;
        Time last_try;
        Time next_try;
        Time limit;  ///< of a dial in flight
    };
    /// Dials that are due. `wish(target)` says what the target is worth now; `needed` ones skip the
    /// back-off down to a second for addresses that worked before.
    template <class WishOf>
    std::vector<Dial> due(Time now, WishOf wish) {
        expire(now);
        std::vector<Due> due;
        for (auto& [address, target] : targets_) {
            if (target.own || target.in_flight || target.next_try > now) continue;
            const Wish wanted = wish(target);
            if (wanted != Wish::none) due.push_back({&address, &target, wanted});
        }
        return launch_first(std::move(due), now);
    }
    template <class WishOf>
    std::optional<Time> next_deadline(WishOf wish) const {
        std::optional<Time> earliest;
        for (const auto& [address, target] : targets_) {
            const auto due = due_at(target, wish);
            if (due && (!earliest || *due < *earliest)) earliest = due;
        }
        return earliest;
    }
    /// The same of those targets only that something happened to since the last call.
    template <class WishOf>
    std::optional<Time> take_touched_deadline(WishOf wish) {
        std::optional<Time> earliest;
        for (const Target* target : touched_) {
            const auto due = due_at(*target, wish);
            if (due && (!earliest || *due < *earliest)) earliest = due;
        }
        touched_.clear();
        return earliest;
    }

    /// This peer is wanted now: its proven addresses are due at once, but never within a second of
    /// the last try.
    void hurry(const PeerId& peer, Time now);
    /// The session to this peer broke: every address it is expected at is due now. Whether there is
    /// one.
    bool redial(const PeerId& peer, Time now);
    /// Whether a dial that expects this peer is under way.
    bool dialling(const PeerId& peer) const;
    std::size_t size() const { return targets_.size(); }

  private:
    struct Due {
        const protocol::Address* address;
        Target* target;
        Wish wish;
    };
    std::vector<Dial> launch_first(std::vector<Due> due, Time now);
    Target* add(const protocol::Address& address, Source source);
    bool make_room(const protocol::Address& address, Source source);
    void forget(std::map<protocol::Address, Target>::iterator target);
    /// The only place where a target's `expected` changes.
    void expect(Target& target, std::optional<PeerId> peer);
    template <class WishOf>
    std::optional<Time> due_at(const Target& target, WishOf wish) const {
        if (target.own || (!target.in_flight && wish(target) == Wish::none)) return std::nullopt;
        return target.in_flight ? target.limit : earliest_spend(target.next_try);
    }
    void launch(Target& target, Time now);
    void set_back(Target& target, Time now);
    void expire(Time now);
    bool spend(Time now);
    Time earliest_spend(Time wanted) const;

    PeerId self_;
    std::map<protocol::Address, Target> targets_;
    std::multimap<PeerId, Target*> by_peer_;  ///< those that expect somebody
    std::vector<Target*> touched_;            ///< since they were asked for last
    Time window_;                             ///< when the current second of dials began
    unsigned spent_ = 0;
    std::map<std::string, unsigned> strangers_;  ///< unproven dials to a host in that second
};

}  // namespace iwant::cluster
