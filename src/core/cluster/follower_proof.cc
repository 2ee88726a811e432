#include "core/cluster/follower_proof.h"

#include <algorithm>
#include <vector>

#include "core/protocol/statement.h"

namespace iwant::cluster {

namespace {
constexpr std::uint32_t kSamples = 5;
// A claim is newer than its followers' signatures by the claims that two leaders make in a duel.
constexpr std::uint64_t kEpochsBefore = 16;
}  // namespace

protocol::FollowersRequest FollowerProof::ask(const PeerId& rival, const protocol::LeaderView& view,
                                              std::uint32_t followers) {
    protocol::FollowersRequest request;
    request.view = view;
    const std::uint32_t samples = std::min(kSamples, followers);
    // One of each of as many equal parts of the list, so that they are distinct.
    for (std::uint32_t i = 0; i < samples; ++i) {
        const std::uint64_t from = std::uint64_t{followers} * i / samples;
        const std::uint64_t to = std::uint64_t{followers} * (i + 1) / samples;
        request.positions.push_back(static_cast<std::uint32_t>(from + prng_.below(to - from)));
    }
    asked_[rival] = {view, request.positions.size()};
    return request;
}

std::optional<bool> FollowerProof::judge(const PeerId& rival,
                                         const protocol::FollowersProof& proof) {
    const auto asked = asked_.find(rival);
    if (asked == asked_.end() || asked->second.view.leader != proof.view.leader ||
        asked->second.view.epoch > proof.view.epoch) {
        return std::nullopt;
    }
    const std::size_t wanted = asked->second.records;
    asked_.erase(asked);
    return proof.records.size() == wanted && signed_by_all(proof) &&
           strangers(proof).size() * 2 < wanted;
}

// Distinct followers, each with its own signature under "I follow this leader", in an epoch not far
// from the one that is claimed.
bool FollowerProof::signed_by_all(const protocol::FollowersProof& proof) const {
    std::vector<PublicKey> seen;
    for (const auto& record : proof.records) {
        if (record.epoch > proof.view.epoch || proof.view.epoch - record.epoch > kEpochsBefore)
            return false;
        if (std::ranges::find(seen, record.follower) != seen.end()) return false;
        seen.push_back(record.follower);
        const auto statement =
            protocol::registration_statement({record.epoch, proof.view.leader}, record.sequence);
        if (!signatory_.verify(record.follower, statement, record.signature)) return false;
    }
    return true;
}

std::vector<PeerId> FollowerProof::strangers(const protocol::FollowersProof& proof) const {
    std::vector<PeerId> strangers;
    for (const auto& record : proof.records) {
        const PeerId follower = peer_id_of(record.follower);
        const KnownMember* member = members_.find(follower);
        if (member == nullptr || !member->seen) strangers.push_back(follower);
    }
    return strangers;
}

}  // namespace iwant::cluster
