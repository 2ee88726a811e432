#pragma once

// The leader's list of members in messages of a bounded size, and the words for one member.

#include <cstdint>
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

}  // namespace iwant::cluster
