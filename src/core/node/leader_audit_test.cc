#include "core/node/leader_audit.h"

#include <gtest/gtest.h>

#include "core/node/test_company.h"

namespace iwant::node {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::Company;
using test::peer;
using test::result;

protocol::SearchReply reply_of(std::vector<protocol::SearchResult> results) {
    protocol::SearchReply reply;
    reply.total = results.size();
    reply.results = std::move(results);
    return reply;
}

TEST(Omissions, AreWhatOnlyTheOtherHas) {
    const auto both = result(2, 1, "a");
    const auto hidden = result(3, 1, "b");
    EXPECT_TRUE(omissions(reply_of({both}), reply_of({both})).empty());
    EXPECT_TRUE(omissions(reply_of({both, hidden}), reply_of({both})).empty());
    const auto found = omissions(reply_of({both}), reply_of({both, hidden}));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].path, "b");
}

TEST(Omissions, OfOneSourceAmongOthersCount) {
    auto shown = result(2, 1, "a");
    shown.content = test::content(1);
    auto whole = shown;
    whole.sources.push_back({peer(3), EntryId{4}, true});
    const auto found = omissions(reply_of({shown}), reply_of({whole}));
    ASSERT_EQ(found.size(), 1u);
    ASSERT_EQ(found[0].sources.size(), 1u);
    EXPECT_EQ(found[0].sources[0].owner, peer(3));
}

TEST(Omissions, AreNotWhatTheLimitCutsOffNorWhatIsOffline) {
    auto cut = reply_of({result(2, 1, "a")});
    cut.total = 2;
    auto lower = result(3, 1, "b");
    lower.score = 0.4;
    EXPECT_TRUE(omissions(cut, reply_of({lower})).empty());
    lower.score = 0.6;
    EXPECT_EQ(omissions(cut, reply_of({lower})).size(), 1u);
    lower.sources[0].online = false;
    EXPECT_TRUE(omissions(cut, reply_of({lower})).empty());
}

// Peer 1 leads, peer 2 stands by, peer 3 may be hidden by the leader.
class LeaderAuditTest : public testing::Test {
  protected:
    LeaderAuditTest() {
        company_.led_by(1);
        company_.stand_by({2});
    }
    void verify() {
        company_.search("song", std::nullopt, true);
        company_.answers(1, company_.leaders_reply({}));
        company_.answers(2, company_.leaders_reply({result(3, 3, "x/song.mp3")}));
        company_.pass(seconds(2));
        EXPECT_TRUE(company_.questions(1).empty()) << "the change may be under way";
        company_.pass(seconds(1));
        ASSERT_EQ(company_.questions(1).size(), 1u);
        ASSERT_EQ(company_.questions(3).size(), 1u);
        EXPECT_EQ(company_.questions(3)[0].query.owner, peer(3));
    }
    void leader_hides() {
        verify();
        company_.answers(1, company_.leaders_reply({}));
        company_.answers(3, company_.own_reply(3, "x/song.mp3"));
    }
    bool distrusted() { return company_.warned("the leader hides"); }

    Company company_{3};
};

TEST_F(LeaderAuditTest, TwoProvenOmissionsWithinTenMinutesAreDistrust) {
    EXPECT_TRUE(company_.false_answers().empty());
    leader_hides();
    EXPECT_FALSE(distrusted());
    ASSERT_EQ(company_.false_answers().size(), 1u) << "the user is told at once";
    EXPECT_EQ(company_.false_answers()[0].peer, peer(1));
    company_.pass(minutes(5));
    leader_hides();
    EXPECT_TRUE(distrusted());
    ASSERT_EQ(company_.false_answers().size(), 1u);
    EXPECT_EQ(company_.false_answers()[0].what,
              "it leaves out what " + peer(3).brief() + " shares");
}

TEST_F(LeaderAuditTest, OneProvenOmissionIsToldForTenMinutes) {
    leader_hides();
    company_.pass(minutes(9));
    EXPECT_EQ(company_.false_answers().size(), 1u);
    company_.pass(minutes(2));
    EXPECT_TRUE(company_.false_answers().empty());
}

TEST_F(LeaderAuditTest, TwoThatAreFurtherApartAreNot) {
    leader_hides();
    company_.pass(minutes(11));
    leader_hides();
    EXPECT_FALSE(distrusted());
}

TEST_F(LeaderAuditTest, AStandbyThatLiesIsFoundOutByTheOwner) {
    for (int i = 0; i < 3; ++i) {
        verify();
        company_.answers(1, company_.leaders_reply({}));
        auto nothing = company_.own_reply(3, "");
        nothing.results.clear();
        nothing.total = 0;
        company_.answers(3, nothing);
    }
    EXPECT_FALSE(distrusted());
}

TEST_F(LeaderAuditTest, AChangeThatWasUnderWayIsNoOmission) {
    for (int i = 0; i < 3; ++i) {
        verify();
        company_.answers(1, company_.leaders_reply({result(3, 3, "x/song.mp3")}));
        company_.answers(3, company_.own_reply(3, "x/song.mp3"));
    }
    EXPECT_FALSE(distrusted());
}

TEST_F(LeaderAuditTest, ALeaderThatSaysItDoesNotKnowAllOrNothingIsNotBlamed) {
    for (int i = 0; i < 3; ++i) {
        verify();
        auto reply = company_.leaders_reply({});
        reply.complete = false;
        company_.answers(1, reply);
        company_.answers(3, company_.own_reply(3, "x/song.mp3"));
        verify();
        company_.refuses(1);
        company_.answers(3, company_.own_reply(3, "x/song.mp3"));
    }
    EXPECT_FALSE(distrusted());
}

TEST_F(LeaderAuditTest, OneSearchInAHundredIsCheckedByItself) {
    std::size_t checked = 0;
    for (int i = 0; i < 5000; ++i) {
        company_.search("song");
        company_.answers(1, company_.leaders_reply({}));
        if (company_.questions(2).empty()) continue;
        ++checked;
        company_.answers(2, company_.leaders_reply({}));
    }
    EXPECT_GT(checked, 20u);
    EXPECT_LT(checked, 100u);
}

}  // namespace
}  // namespace iwant::node
