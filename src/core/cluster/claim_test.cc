#include "core/cluster/claim.h"

#include <gtest/gtest.h>

namespace iwant::cluster {
namespace {

PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

TEST(Claim, ExactlyOneOfTwoDifferentClaimsWins) {
    for (std::uint8_t a = 1; a <= 4; ++a) {
        for (std::uint8_t b = 1; b <= 4; ++b) {
            if (a == b) continue;
            for (std::uint64_t epochs = 0; epochs < 4; ++epochs) {
                for (std::uint32_t followers = 0; followers < 4; ++followers) {
                    const Claim x{peer(a), 5 + epochs / 2, followers / 2};
                    const Claim y{peer(b), 5 + epochs % 2, followers % 2};
                    EXPECT_NE(beats(x, y), beats(y, x));
                }
            }
        }
    }
}

TEST(Claim, MoreFollowersBeatAHigherEpoch) {
    EXPECT_TRUE(beats({peer(1), 3, 1}, {peer(2), 9, 0}));
    EXPECT_TRUE(beats({peer(1), 3, 7}, {peer(2), 9, 6}));
    EXPECT_TRUE(beats({peer(1), 9, 2}, {peer(2), 3, 2}));
}

TEST(Claim, TheOrderOfPeersChangesWithTheEpoch) {
    bool changes = false;
    const bool first = election_rank(1, peer(1)) < election_rank(1, peer(2));
    for (std::uint64_t epoch = 2; epoch < 20; ++epoch)
        changes |= first != (election_rank(epoch, peer(1)) < election_rank(epoch, peer(2)));
    EXPECT_TRUE(changes);
}

}  // namespace
}  // namespace iwant::cluster
