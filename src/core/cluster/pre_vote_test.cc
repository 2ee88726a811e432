#include "core/cluster/pre_vote.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::milliseconds;
using test::peer;
using Answer = PreVote::Answer;
using Verdict = PreVote::Verdict;

class PreVoteTest : public testing::Test {
  protected:
    void begin(std::uint8_t voters) {
        std::vector<PeerId> all;
        for (std::uint8_t i = 1; i <= voters; ++i) all.push_back(peer(i));
        vote.begin(all, Time{});
    }
    Verdict now() const { return vote.verdict(Time{}); }
    Verdict late() const { return vote.verdict(Time{} + milliseconds(300)); }

    PreVote vote;
};

TEST_F(PreVoteTest, WithoutVotersItIsGrantedAtOnce) {
    begin(0);
    EXPECT_EQ(now(), Verdict::granted);
}

TEST_F(PreVoteTest, MoreThanHalfDecide) {
    begin(5);
    vote.answered(peer(1), Answer::lost);
    vote.answered(peer(1), Answer::lost);
    vote.answered(peer(2), Answer::lost);
    EXPECT_EQ(now(), Verdict::open);
    vote.answered(peer(3), Answer::lost);
    EXPECT_EQ(now(), Verdict::granted);
}

TEST_F(PreVoteTest, HalfThatIsContentDenies) {
    begin(4);
    vote.answered(peer(1), Answer::content);
    vote.answered(peer(2), Answer::lost);
    EXPECT_EQ(now(), Verdict::open);
    vote.answered(peer(3), Answer::content);
    EXPECT_EQ(now(), Verdict::denied);
}

TEST_F(PreVoteTest, TheSilentDoNotCountWhenTimeIsOver) {
    begin(5);
    EXPECT_EQ(late(), Verdict::granted) << "nobody is there";
    vote.answered(peer(1), Answer::lost);
    EXPECT_EQ(now(), Verdict::open);
    EXPECT_EQ(late(), Verdict::granted);
    vote.answered(peer(2), Answer::content);
    EXPECT_EQ(late(), Verdict::denied) << "a tie leaves things as they are";
}

TEST_F(PreVoteTest, WhoAgreedIsNotAskedAgain) {
    begin(4);
    vote.answered(peer(1), Answer::lost);
    vote.answered(peer(2), Answer::content);
    vote.answered(peer(3), Answer::content);
    EXPECT_EQ(now(), Verdict::denied);
    EXPECT_EQ(vote.again(Time{}).size(), 3u);
    EXPECT_EQ(now(), Verdict::open);
    vote.answered(peer(2), Answer::lost);
    vote.answered(peer(4), Answer::lost);
    EXPECT_EQ(now(), Verdict::granted);
}

TEST_F(PreVoteTest, OnlyThoseAskedVoteAndWhoLeavesDoesNot) {
    begin(3);
    vote.answered(peer(9), Answer::lost);
    vote.answered(peer(1), Answer::lost);
    EXPECT_EQ(now(), Verdict::open);
    vote.voter_gone(peer(2));
    vote.voter_gone(peer(3));
    EXPECT_EQ(now(), Verdict::granted);
}

}  // namespace
}  // namespace iwant::cluster
