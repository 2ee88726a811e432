#include "core/cluster/member_list.h"

#include <algorithm>

#include "core/protocol/limits.h"

namespace iwant::cluster {

KnownMember& MemberList::learn(const PeerId& peer) {
    const auto known = members_.find(peer);
    if (known != members_.end()) return known->second;
    if (members_.size() >= protocol::kMembersMax) {
        const auto oldest = std::min_element(
            members_.begin(), members_.end(),
            [](const auto& a, const auto& b) { return a.second.seen < b.second.seen; });
        members_.erase(oldest);
    }
    return members_[peer];
}

const KnownMember* MemberList::find(const PeerId& peer) const {
    const auto known = members_.find(peer);
    return known == members_.end() ? nullptr : &known->second;
}

void MemberList::reached_at(const PeerId& peer, const protocol::Address& address) {
    auto& addresses = learn(peer).addresses;
    std::erase(addresses, address);
    addresses.insert(addresses.begin(), address);
    if (addresses.size() > protocol::kAddressesPerMemberMax) addresses.pop_back();
}

void MemberList::said_to_be_at(const PeerId& peer, const protocol::Address& address) {
    auto& addresses = learn(peer).addresses;
    if (addresses.size() >= protocol::kAddressesPerMemberMax) return;
    if (std::ranges::find(addresses, address) == addresses.end()) addresses.push_back(address);
}

void MemberList::told(const protocol::Member& member) {
    KnownMember& known = learn(member.peer);
    if (!member.name.empty()) known.name = member.name;
    if (!member.program_version.empty()) known.program_version = member.program_version;
    if (member.key != PublicKey{}) known.key = member.key;
    known.files = member.files;
    known.bytes = member.bytes;
    known.online_at_leader = member.online;
    for (const auto& address : member.addresses) said_to_be_at(member.peer, address);
}

void MemberList::forget_roster() {
    for (auto& [peer, known] : members_) known.online_at_leader = false;
}

}  // namespace iwant::cluster
