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
    template <class T>
    std::size_t count_effects() {
        std::size_t count = 0;
        for (const auto& effect : election.take_effects())
            count += std::holds_alternative<T>(effect) ? 1 : 0;
        return count;
    }
    /// Everybody asked has lost the leader, too.
    void grant(Time now) {
        for (const auto& effect : election.take_effects()) {
            const auto* asked = std::get_if<Election::AskVotes>(&effect);
            if (asked == nullptr) continue;
            for (const PeerId& voter : asked->voters)
                election.voted(voter, asked->lost, PreVote::Answer::lost, now);
        }
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

TEST_F(ElectionTest, NobodyResignsForSomebodyElse) {
    follow(peer(2), 3);
    election.peer_live(peer(3));
    election.resigned(peer(3), PeerId{}, Time{});
    EXPECT_EQ(election.view(), (LeaderView{3, peer(2)}));
}

TEST_F(ElectionTest, TheChoiceOfAllClaimsAtOnceAndOthersGiveItTwoSeconds) {
    election.peer_live(ranked(1, true));
    election.advance(Time{} + milliseconds(2900));
    EXPECT_EQ(count_effects<Election::AskVotes>(), 0u);
    election.advance(Time{} + milliseconds(4100));
    grant(Time{} + milliseconds(4100));
    EXPECT_TRUE(election.leading());

    Election choice(peer(1), Prng(1), logger, Time{});
    choice.peer_live(ranked(1, false));
    choice.advance(Time{} + seconds(1));
    EXPECT_FALSE(choice.leading());
    choice.advance(Time{} + milliseconds(1300));
    EXPECT_TRUE(choice.leading()) << "nobody answered, so nobody denied";
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
    EXPECT_TRUE(election.leading()) << "five followers are to be proven";
    EXPECT_EQ(count_effects<Election::AskProof>(), 1u);
    election.proof(peer(3), {4, peer(3)}, Election::Proof::good, Time{} + seconds(11));
    EXPECT_EQ(election.view(), (LeaderView{10, PeerId{}}));
    election.says(peer(3), {11, peer(3)}, 5, kHealthy, Time{} + seconds(11));
    EXPECT_EQ(election.view(), (LeaderView{11, peer(3)}));
}

TEST_F(ElectionTest, AProofOfAClaimThatIsOverIsFollowedByTheQuestionForTheNext) {
    election.advance(Time{} + seconds(1));
    ASSERT_TRUE(election.leading());
    election.peer_live(peer(3));
    election.says(peer(3), {4, peer(3)}, 5, kHealthy, Time{} + seconds(2));
    election.says(peer(3), {5, peer(3)}, 5, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(count_effects<Election::AskProof>(), 1u) << "one at a time";
    election.proof(peer(3), {4, peer(3)}, Election::Proof::good, Time{} + seconds(2));
    EXPECT_TRUE(election.leading());
    election.says(peer(3), {5, peer(3)}, 5, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(count_effects<Election::AskProof>(), 1u);
    election.proof(peer(3), {5, peer(3)}, Election::Proof::good, Time{} + seconds(2));
    EXPECT_EQ(election.view().leader, peer(3));
}

TEST_F(ElectionTest, ALeaderWithFollowersRisesAboveTheEpochOfALoneNewcomer) {
    election.advance(Time{} + seconds(1));
    election.set_followers(3);
    election.peer_live(peer(2));
    election.says(peer(2), {7, peer(2)}, 0, kHealthy, Time{} + seconds(2));
    EXPECT_EQ(election.view(), (LeaderView{8, peer(1)}));
}

TEST_F(ElectionTest, AFollowerDoesNotLeaveAHealthyLeaderAndTellsItOfTheOther) {
    follow(peer(2), 3);
    election.take_effects();
    election.peer_live(peer(3));
    election.says(peer(3), {9, peer(3)}, 50, kHealthy, Time{});
    EXPECT_EQ(election.view().leader, peer(2));
    EXPECT_EQ(count_effects<Election::RivalSeen>(), 1u);
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
    grant(Time{} + seconds(5));
    ASSERT_TRUE(election.leading());
    election.take_effects();
    election.advance(Time{} + seconds(6));
    EXPECT_EQ(election.take_effects().size(), 1u);
    election.says(peer(2), election.view(), std::nullopt, kHealthy, Time{} + seconds(6));
    election.advance(Time{} + seconds(7));
    EXPECT_TRUE(election.take_effects().empty());
}

TEST_F(ElectionTest, TheFirstStandbyAsksAtOnceAndTheSecondAfterASecond) {
    for (const std::uint8_t number : {4, 5}) election.peer_live(peer(number));
    follow(peer(2), 3);
    election.set_standbys({peer(1), peer(4)});
    election.leader_lost(Time{} + seconds(9));
    election.take_effects();
    election.advance(Time{} + seconds(9));
    grant(Time{} + seconds(9));
    EXPECT_EQ(election.view(), (LeaderView{4, peer(1)}));

    Election second(peer(1), Prng(1), logger, Time{});
    for (const std::uint8_t number : {2, 4, 5}) second.peer_live(peer(number));
    second.says(peer(2), {3, peer(2)}, 2, kHealthy, Time{});
    second.set_standbys({peer(4), peer(1)});
    second.leader_lost(Time{} + seconds(9));
    EXPECT_EQ(second.next_deadline(), Time{} + seconds(10));
    second.peer_gone(peer(4));
    second.leader_lost(Time{} + seconds(9));
    second.advance(Time{} + seconds(10));
    second.advance(Time{} + milliseconds(10300));
    EXPECT_TRUE(second.leading());
}

TEST_F(ElectionTest, OfTwoStandbysThatAskAtOnceTheFirstGoesFirstOnce) {
    for (const std::uint8_t number : {4, 5, 6}) election.peer_live(peer(number));
    follow(peer(2), 3);
    election.set_standbys({peer(4), peer(1), peer(5)});
    const protocol::LeaderView lost{3, peer(2)};
    election.asked_by(peer(4), lost, Time{});
    EXPECT_EQ(election.view().leader, peer(2)) << "nothing to give way with";
    election.leader_lost(Time{} + seconds(9));
    Time now = Time{} + seconds(10);
    election.advance(now);
    election.asked_by(peer(5), lost, now);
    election.asked_by(peer(4), lost, now);
    grant(now);
    EXPECT_FALSE(election.leading()) << "the votes come too late";
    now += seconds(1);
    election.advance(now);
    election.asked_by(peer(4), lost, now);
    grant(now);
    EXPECT_TRUE(election.leading()) << "it had its chance";
}

TEST_F(ElectionTest, WhoIsDeniedDoesNotClaimAndAsksAgain) {
    for (const std::uint8_t number : {4, 5, 6}) election.peer_live(peer(number));
    follow(peer(2), 3);
    election.set_standbys({peer(1)});
    election.leader_lost(Time{});
    Time now{};
    for (int round = 0; round < 20; ++round) {
        election.advance(now);
        for (const auto& effect : election.take_effects()) {
            const auto* asked = std::get_if<Election::AskVotes>(&effect);
            if (asked == nullptr) continue;
            EXPECT_EQ(asked->lost, (LeaderView{3, peer(2)}));
            for (const PeerId& voter : asked->voters)
                election.voted(voter, asked->lost, PreVote::Answer::content, now);
        }
        EXPECT_FALSE(election.leading());
        ASSERT_GT(*election.next_deadline(), now);
        now = *election.next_deadline();
    }
    EXPECT_GT(now, Time{} + seconds(4));
    election.advance(now);
    grant(now);
    EXPECT_TRUE(election.leading());
}

TEST_F(ElectionTest, AClaimThatIsFollowedEndsOnesOwnVote) {
    for (const std::uint8_t number : {4, 5, 6}) election.peer_live(peer(number));
    follow(peer(2), 3);
    election.set_standbys({peer(1)});
    election.leader_lost(Time{});
    election.advance(Time{});
    election.says(peer(4), {4, peer(4)}, 0, kDoubtful, Time{});
    ASSERT_EQ(election.view(), (LeaderView{4, peer(4)}));
    grant(Time{});
    EXPECT_EQ(election.view(), (LeaderView{4, peer(4)}));
}

TEST_F(ElectionTest, VotesForSomebodyWhoLostTheSameLeaderOrHasNone) {
    using Answer = PreVote::Answer;
    EXPECT_EQ(election.vote_on({3, peer(2)}, kHealthy), Answer::lost);
    follow(peer(2), 3);
    EXPECT_EQ(election.vote_on({3, peer(2)}, kHealthy), Answer::content);
    EXPECT_EQ(election.vote_on({3, peer(2)}, kDoubtful), Answer::lost);
    EXPECT_EQ(election.vote_on({3, peer(4)}, kDoubtful), Answer::content);
    EXPECT_EQ(election.vote_on({0, PeerId{}}, kHealthy), Answer::content);
}

TEST_F(ElectionTest, ALeaderDoesNotGiveWayToFollowersThatAreNotProven) {
    election.advance(Time{} + seconds(1));
    election.set_followers(3);
    election.peer_live(peer(2));
    election.says(peer(2), {7, peer(2)}, 1000, kHealthy, Time{} + seconds(2));
    EXPECT_TRUE(election.leading());
    election.proof(peer(2), {7, peer(2)}, Election::Proof::bad, Time{} + seconds(2));
    EXPECT_EQ(election.view(), (LeaderView{8, peer(1)}));

    election.says(peer(2), {9, peer(2)}, 1000, kHealthy, Time{} + seconds(3));
    EXPECT_EQ(election.view(), (LeaderView{8, peer(1)}));
    for (int i = 0; i < 3; ++i) election.advance(Time{} + seconds(4 + i));
    EXPECT_EQ(election.view(), (LeaderView{10, peer(1)})) << "no proof came";
}

TEST_F(ElectionTest, ARivalThatNeverGivesWayNeitherWinsNorDrivesTheEpoch) {
    election.advance(Time{} + seconds(1));
    election.set_followers(3);
    election.peer_live(peer(2));
    Time now = Time{} + seconds(2);
    for (int i = 0; i < 100; ++i) {
        now += milliseconds(50);
        election.says(peer(2), {election.view().epoch + 1, peer(2)}, 1, kHealthy, now);
        election.advance(now);
    }
    EXPECT_TRUE(election.leading());
    EXPECT_LE(election.view().epoch, 8u);
}

TEST_F(ElectionTest, APeerCannotDriveTheEpochByItsWordAlone) {
    election.advance(Time{} + seconds(1));
    election.set_followers(3);
    election.peer_live(peer(2));
    Time now = Time{} + seconds(2);
    for (int i = 0; i < 40; ++i) {
        now += milliseconds(50);
        election.says(peer(2), {election.view().epoch + 1000, {}}, std::nullopt, kHealthy, now);
        election.advance(now);
    }
    EXPECT_TRUE(election.leading());
    EXPECT_LE(election.view().epoch, 1002u) << "one claim above it in ten seconds";
}

TEST_F(ElectionTest, AnEpochFarAheadIsBelievedWhenThreePeersHaveSeenIt) {
    follow(peer(2), 3);
    const std::uint64_t far = 50'000'000;
    for (std::uint8_t number = 3; number <= 5; ++number) {
        election.peer_live(peer(number));
        EXPECT_EQ(election.view().leader, peer(2));
        election.says(peer(number), {far, peer(number)}, 9, kDoubtful, Time{});
    }
    EXPECT_EQ(election.view(), (LeaderView{far, peer(5)}));
}

TEST_F(ElectionTest, NoNumberOfPeersMakesTheLastEpochBelievable) {
    follow(peer(2), 3);
    for (std::uint8_t number = 3; number <= 9; ++number) {
        election.peer_live(peer(number));
        election.says(peer(number), {~std::uint64_t{0}, peer(number)}, 9, kDoubtful, Time{});
    }
    EXPECT_EQ(election.view().leader, peer(2));
}

TEST_F(ElectionTest, WhoLostTheLeadTwiceIsNotTheChoice) {
    const PeerId flapping = ranked(7, true);
    Time now{};
    for (int i = 0; i < 2; ++i) {
        election.peer_live(flapping);
        election.says(flapping, {std::uint64_t(5 + i), flapping}, 2, kHealthy, now);
        ASSERT_EQ(election.view().leader, flapping);
        election.leader_lost(now);
        now += seconds(1);
    }
    EXPECT_TRUE(election.barred(flapping, now));
    election.peer_live(flapping);
    election.advance(now);
    grant(now);
    EXPECT_TRUE(election.leading()) << "it has the smaller rank";
}

}  // namespace
}  // namespace iwant::cluster
