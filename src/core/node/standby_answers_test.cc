#include <set>

#include <gtest/gtest.h>

#include "core/node/search_service.h"
#include "core/node/test_company.h"

// What a search takes from a standby, or from a leader that is none any more.

namespace iwant::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Company;
using test::content;
using test::peer;
using test::result;

TEST(StandbyAnswers, AStandbyIsAskedWhenTheLeaderIsSilent) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2, 3});
    company.search("song");
    company.pass(milliseconds(301));
    ASSERT_EQ(company.questions(2).size(), 1u);
    EXPECT_FALSE(company.questions(2)[0].query.owner) << "a standby speaks for everybody";
    EXPECT_TRUE(company.questions(3).empty());
    company.answers(2, company.leaders_reply({result(3, 5, "a/song.mp3")}));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.source, AnswerSource::standby);
    EXPECT_LE(answer.took, milliseconds(301));
}

TEST(StandbyAnswers, WithoutALeaderAStandbyIsAskedAtOnce) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2});
    company.leaves(1);
    company.search("song");
    EXPECT_TRUE(company.questions(3).empty());
    auto reply = company.leaders_reply({result(3, 5, "a/song.mp3")});
    company.answers(2, reply);
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_TRUE(answer.reply.view.leader.is_zero());
    EXPECT_EQ(answer.took, Duration{});
}

TEST(StandbyAnswers, AStandbyThatLacksSomebodyWeKnowIsNotEnoughHoweverManyItCovers) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2});
    company.leaves(1);
    company.search("song");
    auto reply = company.leaders_reply({result(2, 5, "a/song.mp3")});
    reply.coverage = {3, 3};  // as many as we know
    reply.covered.clear();
    for (const std::size_t each : {std::size_t{1}, std::size_t{2}, Company::kSelf})
        Company::cover(reply, each);
    company.answers(2, reply);
    EXPECT_FALSE(company.answered());
    company.answers(3, company.own_reply(3, "b/song.mp3"));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.results.size(), 2u);
}

TEST(StandbyAnswers, AStandbyThatNamesNobodyDoesNotSpeakForEverybody) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2});
    company.leaves(1);
    company.tell(LocateAsked{Ticket{4}, content(9).hex().substr(0, 8)});
    protocol::LocateReply reply;
    reply.view = company.leaders_reply({}).view;
    reply.complete = true;
    company.answers(2, reply);
    company.pass(seconds(1));
    const auto located = company.take<AnswerLocate>();
    ASSERT_EQ(located.size(), 1u);
    EXPECT_FALSE(located[0].reply.complete);
}

TEST(StandbyAnswers, AStandbyNamesWhomItCovers) {
    Company company(2);
    company.led_by(1);
    company.stand_by({Company::kSelf});
    EXPECT_TRUE(company.asked_by(2, "song").covered.empty()) << "nobody has registered yet";
    company.registers(1);
    company.registers(2);
    const auto reply = company.asked_by(2, "song");
    EXPECT_TRUE(reply.complete);
    EXPECT_EQ(std::set(reply.covered.begin(), reply.covered.end()),
              (std::set{protocol::mark_of(peer(1)), protocol::mark_of(peer(2)),
                        protocol::mark_of(peer(Company::kSelf))}));
}

TEST(StandbyAnswers, WhoBecomesOneWhileASearchGoesOnAnswersFromWhatItKeepsNow) {
    Company company(2);
    company.led_by(1);
    company.search("song", peer(2));
    company.pass(milliseconds(400));
    ASSERT_EQ(company.questions(2).size(), 1U) << "nobody else is left to ask";
    company.stand_by({Company::kSelf});
    company.registers(2, {"a/song.mp3"});
    company.pass(seconds(3));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.results.size(), 1U);
}

TEST(StandbyAnswers, NothingIsCompleteWhileTheSessionToTheLeaderIsBroken) {
    Company company(2);
    company.led_by(1);
    company.stand_by({Company::kSelf});
    company.registers(1);
    company.registers(2);
    ASSERT_TRUE(company.asked_by(2, "song").complete);
    company.breaks(1);
    EXPECT_FALSE(company.asked_by(2, "song").complete) << "it may have announced something";
    company.pass(seconds(1));
    EXPECT_TRUE(company.asked_by(2, "song").complete) << "it is gone";
}

TEST(StandbyAnswers, TheWordOfAFormerLeaderIsNotOnEverybodyAnyMore) {
    Company company(3);
    company.led_by(1, {2});
    company.search("song");
    auto reply = company.leaders_reply({result(2, 5, "a/song.mp3")});
    reply.coverage = {3, 3};
    company.answers(1, reply);
    company.says(1, protocol::LeaderResigns{reply.view, peer(2)});
    company.answers(3, company.own_reply(3, "b/song.mp3"));
    company.pass(seconds(1));
    const auto answer = company.answer();
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.results.size(), 2u);
}

}  // namespace
}  // namespace iwant::node
