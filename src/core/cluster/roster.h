#pragma once

// The leader's list of members in messages of a bounded size: whole for a new follower, and what
// changed since for the others.

#include <cstdint>
#include <map>
#include <vector>

#include "core/cluster/member_list.h"
#include "core/protocol/messages.h"

namespace iwant::cluster {

/// Without addresses that mean nothing on another machine (those with an interface in them).
protocol::Member describe(const PeerId& peer, const KnownMember& known);

/// The whole list, or those members of it that changed.
enum class RosterKind : std::uint8_t { whole, changes };

/// At least one message, also for no members.
std::vector<protocol::Roster> make_rosters(const protocol::LeaderView& view, std::uint64_t revision,
                                           RosterKind kind,
                                           const std::vector<protocol::Member>& members);

/// What the followers were told of the members.
class RosterBook {
  public:
    /// A new lead: nobody was told anything.
    void clear() { told_.clear(); }
    bool empty() const { return told_.empty(); }
    /// Takes the members as they are now; the messages for those who were told before, none when
    /// nothing changed.
    std::vector<protocol::Roster> changes(const protocol::LeaderView& view,
                                          std::vector<protocol::Member> members);
    /// The messages for a new follower: what everybody else was told.
    std::vector<protocol::Roster> whole(const protocol::LeaderView& view);

  private:
    std::map<PeerId, protocol::Member> told_;
    std::uint64_t revision_ = 0;
};

}  // namespace iwant::cluster
