#pragma once

// A leader that says more follow it has to show some of their signatures. What is asked of a rival,
// and whether the answer stands. Keys cost nothing, so followers that we never met do not count.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "base/signatory.h"
#include "core/cluster/member_list.h"
#include "core/protocol/messages.h"

namespace iwant::cluster {

class FollowerProof {
  public:
    /// `signatory` and `members` must outlive this.
    FollowerProof(const Signatory& signatory, const MemberList& members, Prng prng)
        : signatory_(signatory), members_(members), prng_(prng) {}

    /// The question for a rival that claims so many followers: at most five positions by chance.
    protocol::FollowersRequest ask(const PeerId& rival, const protocol::LeaderView& view,
                                   std::uint32_t followers);
    /// Whether the answer proves the claim, or a later one of the same leader; nothing when it
    /// belongs to no open question.
    std::optional<bool> judge(const PeerId& rival, const protocol::FollowersProof& proof);
    /// Of whom the answer speaks that we never met: to be met before the next one.
    std::vector<PeerId> strangers(const protocol::FollowersProof& proof) const;
    void rival_gone(const PeerId& rival) { asked_.erase(rival); }

  private:
    struct Asked {
        protocol::LeaderView view;
        std::size_t records = 0;
    };
    bool signed_by_all(const protocol::FollowersProof& proof) const;

    const Signatory& signatory_;
    const MemberList& members_;
    Prng prng_;
    std::map<PeerId, Asked> asked_;
};

}  // namespace iwant::cluster
