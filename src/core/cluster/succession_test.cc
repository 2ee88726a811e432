#include "core/cluster/succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::seconds;
using test::peer;
using testing::ElementsAre;

Succession::Candidate candidate(std::uint8_t number, int since) {
    return {peer(number), Time{} + seconds(since)};
}

TEST(Succession, TheLongestSessionsStandByInTheirOrder) {
    Succession succession;
    EXPECT_TRUE(
        succession.appoint({candidate(1, 9), candidate(2, 3), candidate(3, 5), candidate(4, 1)}));
    EXPECT_THAT(succession.standbys(), ElementsAre(peer(4), peer(2), peer(3)));
    EXPECT_FALSE(succession.contains(peer(1)));
}

TEST(Succession, WhoStandsByStaysWhileItIsThere) {
    Succession succession;
    succession.appoint({candidate(5, 10)});
    EXPECT_TRUE(succession.appoint({candidate(5, 10), candidate(1, 1), candidate(2, 2)}));
    EXPECT_THAT(succession.standbys(), ElementsAre(peer(5), peer(1), peer(2)));
    EXPECT_FALSE(
        succession.appoint({candidate(5, 10), candidate(1, 1), candidate(2, 2), candidate(9, 0)}));
    EXPECT_TRUE(succession.appoint({candidate(1, 1), candidate(2, 2), candidate(9, 0)}));
    EXPECT_THAT(succession.standbys(), ElementsAre(peer(1), peer(2), peer(9)));
}

TEST(Succession, NobodyIsAnOrderToo) {
    Succession succession;
    EXPECT_FALSE(succession.appoint({}));
    succession.appoint({candidate(1, 1)});
    EXPECT_TRUE(succession.appoint({}));
    EXPECT_TRUE(succession.standbys().empty());
}

}  // namespace
}  // namespace iwant::cluster
