#include "core/cluster/election.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"
#include "core/protocol/limits.h"

namespace iwant::cluster {
namespace {

using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::peer;

constexpr auto kHealthy = LeaderHealth::healthy;
constexpr auto kDoubtful = LeaderHealth::doubtful;

class ElectionTest : public testing::Test {
  protected:
    /// Us and somebody who is smaller and greater than us in the order of the given epoch.
    static PeerId ranked(std::uint64_t epoch, bool smaller) {
        for (std::uint8_t i = 2;; ++i) {
            const bool is = election_rank(epoch, peer(i)) < election_rank(epoch, peer(1));
            if (is == smaller) return peer(i);
        }
    }
    static bool contains_claim(const std::vector<Election::Effect>& effects) {
        for (const auto& effect : effects) {
            if (std::holds_alternative<Election::ClaimToAll>(effect)) return true;
        }
        return false;
    }
    void follow(const PeerId& leader, std::uint64_t epoch) {
        election.peer_live(leader);
        election.says(leader, {epoch, leader}, 2, kHealthy, Time{});
        ASSERT_EQ(election.view(), (LeaderView{epoch, leader}));
    }

    NullLogger logger;
    Election election{peer(1), Prng(1), logger, Time{}};
};

TEST_F(ElectionTest, AlonePeerLeadsItselfAfterSettling) {
    election.advance(Time{} + milliseconds(999));
    EXPECT_FALSE(election.leading());
    EXPECT_EQ(election.next_deadline(), Time{} + seconds(1));
    election.advance(Time{} + seconds(1));
    EXPECT_TRUE(election.leading());
    EXPECT_EQ(election.view().epoch, 1u);
    EXPECT_TRUE(contains_claim(election.take_effects()));
}

TEST_F(ElectionTest, TheChoiceOfAllClaimsAtOnceAndOthersGiveItTwoSeconds) {
    election.peer_live(ranked(1, true));
    election.advance(Time{} + milliseconds(2900));
    EXPECT_FALSE(election.leading());
    election.advance(Time{} + milliseconds(4100));
    EXPECT_TRUE(election.leading());

    Election choice(peer(1), Prng(1), logger, Time{});
    choice.peer_live(ranked(1, false));
    choice.advance(Time{} + seconds(1));
    EXPECT_TRUE(choice.leading());
}

TEST_F(ElectionTest, FollowsWhoeverSaysItselfThatItLeads) {
    election.peer_live(peer(2));
    election.peer_live(peer(3));
    election.says(peer(3), {4, peer(2)}, std::nullopt, kHealthy, Time{});
    EXPECT_FALSE(election.following());
    election.says(peer(2), {4, peer(2)}, std::nullopt, kHealthy, Time{});
    EXPECT_EQ(election.view(), (LeaderView{4, peer(2)}));
}

TEST_F(ElectionTest, OfTwoLoneLeadersTheSmallerRankStaysInAHigherEpoch) {
    election.advance(Time{} + seconds(1));
    election.take_effects();
    const PeerId greater = ranked(1, false);
    election.peer_live(greater);
    election.says(greater, {1, greater}, 0, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(election.view(), (LeaderView{2, peer(1)}));
    EXPECT_TRUE(contains_claim(election.take_effects()));

    Election other(peer(1), Prng(1), logger, Time{});
    other.advance(Time{} + seconds(1));
    const PeerId smaller = ranked(1, true);
    other.peer_live(smaller);
    other.says(smaller, {1, smaller}, 0, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(other.view(), (LeaderView{1, smaller}));
}

TEST_F(ElectionTest, ALoneLeaderOfAHighEpochGivesWayToALeaderWithFollowersWithoutLosingItsEpoch) {
    follow(peer(2), 9);
    election.leader_lost(Time{});
    election.advance(Time{} + seconds(10));
    ASSERT_EQ(election.view(), (LeaderView{10, peer(1)}));
    election.peer_live(peer(3));
    election.says(peer(3), {4, peer(3)}, 5, kHealthy, Time{} + seconds(11));
    EXPECT_EQ(election.view(), (LeaderView{10, PeerId{}}));
    election.says(peer(3), {11, peer(3)}, 5, kHealthy, Time{} + seconds(11));
    EXPECT_EQ(election.view(), (LeaderView{11, peer(3)}));
}

TEST_F(ElectionTest, ALeaderWithFollowersRisesAboveTheEpochOfALoneNewcomer) {
    election.advance(Time{} + seconds(1));
    election.set_followers(3);
    election.peer_live(peer(2));
    election.says(peer(2), {7, peer(2)}, 0, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(election.view(), (LeaderView{8, peer(1)}));
}

TEST_F(ElectionTest, AFollowerDoesNotLeaveAHealthyLeaderForALoneNewcomer) {
    follow(peer(2), 3);
    election.peer_live(peer(3));
    election.says(peer(3), {9, peer(3)}, 0, kHealthy, Time{});
    EXPECT_EQ(election.view().leader, peer(2));
    election.says(peer(3), {9, peer(3)}, 0, kDoubtful, Time{});
    EXPECT_EQ(election.view(), (LeaderView{9, peer(3)}));
}

TEST_F(ElectionTest, AfterALossAClaimThatWasNotNeededBeforeIsFollowed) {
    follow(peer(2), 3);
    election.peer_live(peer(3));
    election.says(peer(3), {4, peer(3)}, 0, kHealthy, Time{});
    election.leader_lost(Time{});
    EXPECT_EQ(election.view(), (LeaderView{4, peer(3)}));
}

TEST_F(ElectionTest, TheSuccessorOfAResigningLeaderClaimsAtOnce) {
    follow(peer(2), 3);
    election.resigned(peer(2), peer(1), Time{});
    EXPECT_EQ(election.view(), (LeaderView{4, peer(1)}));
}

TEST_F(ElectionTest, NobodyElseCanResignForTheLeader) {
    follow(peer(2), 3);
    election.peer_live(peer(3));
    election.resigned(peer(3), peer(1), Time{});
    EXPECT_EQ(election.view().leader, peer(2));
}

TEST_F(ElectionTest, ALeaderThatSaysItDoesNotLeadIsNotFollowed) {
    follow(peer(2), 3);
    election.says(peer(2), {3, PeerId{}}, std::nullopt, kHealthy, Time{});
    EXPECT_EQ(election.view(), (LeaderView{3, PeerId{}}));
}

TEST_F(ElectionTest, AnEpochFarAheadIsIgnoredOnceThereWasCompany) {
    follow(peer(2), 3);
    election.peer_live(peer(3));
    election.says(peer(3), {3 + protocol::kEpochJumpMax + 1, peer(3)}, 9, kDoubtful, Time{});
    EXPECT_EQ(election.view().leader, peer(2));
    election.says(peer(3), {3 + protocol::kEpochJumpMax, peer(3)}, 9, kDoubtful, Time{});
    EXPECT_EQ(election.view().leader, peer(3));
}

TEST_F(ElectionTest, ALeaderThatStoodStillStepsDown) {
    election.advance(Time{} + seconds(1));
    ASSERT_TRUE(election.leading());
    election.take_effects();
    election.stalled(Time{} + seconds(60));
    EXPECT_EQ(election.view(), (LeaderView{1, PeerId{}}));
    EXPECT_TRUE(std::holds_alternative<Election::ResignToAll>(election.take_effects().front()));
}

TEST_F(ElectionTest, AHintDelaysAClaimOnceButNotForEver) {
    for (int i = 0; i < 100; ++i) {
        election.hinted({5, peer(9)}, Time{} + milliseconds(i * 50));
        election.advance(Time{} + milliseconds(i * 50));
        if (i * 50 < 2000) {
            EXPECT_FALSE(election.leading());
        }
    }
    EXPECT_TRUE(election.leading());
}

TEST_F(ElectionTest, RemindsPeersThatDoNotFollow) {
    election.peer_live(peer(2));
    election.advance(Time{} + seconds(5));
    ASSERT_TRUE(election.leading());
    election.take_effects();
    election.advance(Time{} + seconds(6));
    EXPECT_EQ(election.take_effects().size(), 1u);
    election.says(peer(2), election.view(), std::nullopt, kHealthy, Time{} + seconds(6));
    election.advance(Time{} + seconds(7));
    EXPECT_TRUE(election.take_effects().empty());
}

}  // namespace
}  // namespace iwant::cluster
