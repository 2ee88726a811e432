#include "core/cluster/roster.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::cluster {

protocol::Member describe(const PeerId& peer, const KnownMember& known) {
    protocol::Member member;
    member.peer = peer;
    member.name = known.name;
    for (const auto& address : known.addresses) {
        if (address.host.find('%') == std::string::npos) member.addresses.push_back(address);
    }
    member.files = known.files;
    member.bytes = known.bytes;
    member.program_version = known.program_version;
    member.key = known.key;
    return member;
}

std::vector<protocol::Roster> make_rosters(const protocol::LeaderView& view, std::uint64_t revision,
                                           RosterKind kind,
                                           const std::vector<protocol::Member>& members) {
    std::vector<protocol::Roster> rosters;
    std::size_t begin = 0;
    do {
        const std::size_t end = std::min(begin + protocol::kRosterMembersMax, members.size());
        protocol::Roster roster;
        roster.view = view;
        roster.revision = revision;
        roster.first = kind == RosterKind::whole && begin == 0;
        roster.last = end == members.size();
        roster.members.assign(members.begin() + static_cast<long>(begin),
                              members.begin() + static_cast<long>(end));
        rosters.push_back(std::move(roster));
        begin = end;
    } while (begin < members.size());
    return rosters;
}

std::vector<protocol::Roster> RosterBook::changes(const protocol::LeaderView& view,
                                                  std::vector<protocol::Member> members) {
    std::vector<protocol::Member> changed;
    for (auto& member : members) {
        protocol::Member& told = told_[member.peer];
        if (told == member) continue;
        told = member;
        changed.push_back(std::move(member));
    }
    if (changed.empty()) return {};
    return make_rosters(view, ++revision_, RosterKind::changes, changed);
}

std::vector<protocol::Roster> RosterBook::whole(const protocol::LeaderView& view) {
    std::vector<protocol::Member> members;
    for (const auto& [peer, member] : told_) members.push_back(member);
    return make_rosters(view, ++revision_, RosterKind::whole, members);
}

}  // namespace iwant::cluster
