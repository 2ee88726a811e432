#include "core/cluster/follower_proof.h"

#include <set>

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"
#include "core/protocol/statement.h"

namespace iwant::cluster {
namespace {

using protocol::FollowersProof;
using test::peer;

class FollowerProofTest : public testing::Test {
  protected:
    FollowerProofTest() {
        for (const std::uint8_t number : {4, 5, 6, 7, 8}) members.learn(peer(number)).seen = Time{};
    }
    protocol::FollowerRecord record(std::uint8_t follower, std::uint64_t epoch) const {
        protocol::FollowerRecord record{test::signatory(follower).public_key(), epoch, 1, {}};
        const auto statement = protocol::registration_statement({epoch, view.leader}, 1);
        record.signature = test::signatory(follower).sign(statement);
        return record;
    }
    FollowersProof by(std::initializer_list<std::uint8_t> followers) const {
        FollowersProof made{view, {}};
        for (const std::uint8_t follower : followers) made.records.push_back(record(follower, 9));
        return made;
    }
    std::optional<bool> judged(const FollowersProof& made, std::uint32_t followers = 3) {
        proof.ask(peer(2), view, followers);
        return proof.judge(peer(2), made);
    }

    protocol::LeaderView view{9, peer(2)};
    TestSignatory signatory = test::signatory(1);
    MemberList members;
    FollowerProof proof{signatory, members, Prng(1)};
};

TEST_F(FollowerProofTest, AsksForAtMostFiveDistinctFollowersThatMayExist) {
    for (const std::uint32_t followers : {1u, 2u, 5u, 6u, 100u, ~0u}) {
        const auto request = proof.ask(peer(2), view, followers);
        EXPECT_EQ(request.positions.size(), std::min(followers, 5u));
        const std::set<std::uint32_t> distinct(request.positions.begin(), request.positions.end());
        EXPECT_EQ(distinct.size(), request.positions.size());
        EXPECT_LT(*distinct.rbegin(), followers);
    }
}

TEST_F(FollowerProofTest, SignaturesOfPeersThatWeMetProve) {
    EXPECT_EQ(judged(by({4, 5, 6})), true);
    EXPECT_EQ(judged(by({4, 5, 77})), true) << "most of them";
    EXPECT_EQ(judged(by({4, 77, 78})), false) << "keys cost nothing";
}

TEST_F(FollowerProofTest, TooFewTooOldTwiceTheSameOrForgedDoNot) {
    EXPECT_EQ(judged(by({4, 5})), false);
    EXPECT_EQ(judged(by({4, 5, 5})), false);
    auto made = by({4, 5, 6});
    made.records[1].follower = test::signatory(7).public_key();
    EXPECT_EQ(judged(made), false);
    made = by({4, 5, 6});
    made.records[1] = record(7, 10);
    EXPECT_EQ(judged(made), false) << "an epoch that is yet to come";
    view.epoch = 40;
    EXPECT_EQ(judged(by({4, 5, 6})), false) << "they signed long ago";
}

TEST_F(FollowerProofTest, AnAnswerInALaterEpochOfTheSameLeaderIsAsGood) {
    proof.ask(peer(2), view, 3);
    view.epoch = 10;
    EXPECT_EQ(proof.judge(peer(2), by({4, 5, 6})), true) << "it claimed again meanwhile";
    proof.ask(peer(2), view, 3);
    view.epoch = 9;
    EXPECT_FALSE(proof.judge(peer(2), by({4, 5, 6})));
}

TEST_F(FollowerProofTest, NamesWhomWeHaveYetToMeet) {
    EXPECT_TRUE(proof.strangers(by({4, 5, 6})).empty());
    EXPECT_EQ(proof.strangers(by({4, 77})), std::vector<PeerId>{peer(77)});
}

TEST_F(FollowerProofTest, OnlyAnAnswerToAQuestionIsJudgedAndOnce) {
    EXPECT_FALSE(proof.judge(peer(2), by({4, 5, 6})));
    proof.ask(peer(2), view, 3);
    EXPECT_FALSE(proof.judge(peer(3), by({4, 5, 6})));
    EXPECT_TRUE(proof.judge(peer(2), by({4, 5, 6})));
    EXPECT_FALSE(proof.judge(peer(2), by({4, 5, 6})));
}

}  // namespace
}  // namespace iwant::cluster
