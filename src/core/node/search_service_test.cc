#include "core/node/search_service.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/node/test_company.h"
#include "core/protocol/limits.h"

namespace iwant::node {
namespace {

using protocol::Coverage;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Company;
using test::content;
using test::peer;
using test::result;

std::vector<std::string> paths(const AnswerSearch& answer) {
    std::vector<std::string> paths;
    for (const auto& each : answer.reply.results) paths.push_back(each.path);
    return paths;
}

TEST(SearchService, TheLeadersCompleteAnswerIsTheAnswer) {
    Company company(3);
    company.led_by(1);
    company.search("song");
    company.answers(1, company.leaders_reply({result(2, 5, "a/song.mp3")}));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.source, AnswerSource::leader);
    EXPECT_EQ(answer.reply.view.leader, peer(1));
    EXPECT_EQ(paths(answer), std::vector<std::string>{"a/song.mp3"});
    EXPECT_EQ(answer.asked, 1u);
    EXPECT_EQ(answer.answered, 1u);
    EXPECT_TRUE(company.questions(2).empty());
}

TEST(SearchService, ASilentLeaderIsNotWaitedForAlone) {
    Company company(3);
    company.led_by(1);
    company.search("song");
    company.pass(milliseconds(290));
    EXPECT_TRUE(company.questions(2).empty());
    company.pass(milliseconds(20));
    for (std::size_t other : {2, 3}) {
        ASSERT_EQ(company.questions(other).size(), 1u);
        EXPECT_EQ(company.questions(other)[0].query.owner, peer(other));
        company.answers(other, company.own_reply(other, "x/song.mp3"));
    }
    EXPECT_FALSE(company.answered()) << "the leader may still answer";
    company.pass(milliseconds(500));
    const auto answer = company.answer();
    EXPECT_FALSE(answer.reply.complete) << "the leader shares files as well";
    EXPECT_EQ(answer.reply.coverage, (Coverage{4, 3}));
    EXPECT_EQ(answer.source, AnswerSource::peers);
    EXPECT_EQ(answer.reply.results.size(), 2u);
    EXPECT_EQ(answer.asked, 3u);
    EXPECT_EQ(answer.answered, 2u);
}

TEST(SearchService, ALateAnswerOfTheLeaderStillWinsIfItComesInTime) {
    Company company(3);
    company.led_by(1);
    company.search("song");
    company.pass(milliseconds(700));
    company.answers(1, company.leaders_reply({result(2, 5, "a/song.mp3")}));
    EXPECT_TRUE(company.answer().reply.complete);
}

TEST(SearchService, ALeaderThatRefusesIsReplacedAtOnce) {
    Company company(2);
    company.led_by(1);
    company.search("song");
    company.refuses(1);
    ASSERT_EQ(company.questions(2).size(), 1u);
    company.answers(2, company.own_reply(2, "x/song.mp3"));
    const auto answer = company.answer();
    EXPECT_EQ(answer.took, Duration{});
    EXPECT_EQ(answer.reply.coverage, (Coverage{3, 2}));
}

TEST(SearchService, TheLeadersDeathInMidQuestionCostsNoResult) {
    Company company(3);
    company.led_by(1);
    company.shares(7, "mine/song.mp3");
    company.search("song");
    company.pass(milliseconds(10));
    company.leaves(1);
    company.answers(2, company.own_reply(2, "x/song.mp3"));
    company.answers(3, company.own_reply(3, "y/song.mp3"));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete) << "all that live have answered";
    EXPECT_EQ(answer.reply.coverage, (Coverage{3, 3}));
    EXPECT_EQ(answer.reply.results.size(), 3u);
    EXPECT_LE(answer.took, milliseconds(10));
}

TEST(SearchService, WithoutALeaderEverybodyAnswersForItself) {
    Company company(2);
    company.search("song");
    company.answers(1, company.own_reply(1, "x/song.mp3"));
    EXPECT_FALSE(company.answered());
    company.pass(milliseconds(499));
    EXPECT_FALSE(company.answered());
    company.pass(milliseconds(2));
    const auto answer = company.answer();
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage, (Coverage{3, 2}));
    EXPECT_EQ(answer.asked, 2u);
    EXPECT_EQ(answer.answered, 1u);
}

TEST(SearchService, ALeaderThatOnlyOthersReachIsMissingInTheAnswer) {
    Company company(2);
    protocol::Roster hint;
    hint.view = {4, peer(9)};
    hint.members.emplace_back();
    hint.members[0].peer = peer(9);
    company.says(1, hint);
    company.search("song");
    for (const std::size_t each : {1, 2})
        company.answers(each, company.own_reply(each, "x/song.mp3"));
    auto answer = company.answer();
    EXPECT_EQ(answer.reply.results.size(), 2u);
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage, (Coverage{4, 3}));

    company.led_by(2);
    company.search("song");
    company.answers(2, company.leaders_reply({}));
    EXPECT_TRUE(company.answer().reply.complete) << "our own leader knows better";
}

TEST(SearchService, AtMostThirtyTwoAreAskedAndTheAnswerSaysSo) {
    Company company(40);
    company.search("song");
    std::size_t asked = 0;
    for (std::size_t each = 1; each <= 40; ++each) {
        if (company.questions(each).empty()) continue;
        ++asked;
        company.answers(each, company.own_reply(each, "x/song.mp3"));
    }
    EXPECT_EQ(asked, 32u);
    const auto answer = company.answer();
    EXPECT_FALSE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage, (Coverage{41, 33}));
    EXPECT_EQ(answer.reply.results.size(), 20u) << "the limit";
    EXPECT_EQ(answer.reply.total, 32u);
}

TEST(SearchService, EqualContentsOfSeveralPeersAreOneResult) {
    Company company(3);
    company.search("song");
    for (std::size_t each : {1, 2, 3}) {
        auto reply = company.own_reply(each, "x/song.mp3");
        reply.results[0].content = content(9);
        company.answers(each, reply);
    }
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.total, 1u);
    ASSERT_EQ(answer.reply.results.size(), 1u);
    EXPECT_EQ(answer.reply.results[0].sources.size(), 3u);
    EXPECT_EQ(answer.reply.owners.size(), 3u);
}

TEST(SearchService, ALiarSpeaksOnlyForItself) {
    Company company(2);
    company.search("song");
    auto lie = company.own_reply(1, "x/song.mp3");
    lie.results.push_back(result(2, 77, "forged/song.mp3"));
    lie.results.push_back(result(9, 78, "of nobody/song.mp3"));
    lie.complete = true;
    lie.coverage = {1000, 1000};
    company.answers(1, lie);
    EXPECT_FALSE(company.answered()) << "its word on everybody is not asked for";
    company.answers(2, company.own_reply(2, "y/song.mp3"));
    const auto answer = company.answer();
    EXPECT_EQ(paths(answer), (std::vector<std::string>{"x/song.mp3", "y/song.mp3"}));
    EXPECT_EQ(answer.reply.coverage, (Coverage{3, 3}));
}

TEST(SearchService, ASecondAnswerAndALateOneAreIgnored) {
    Company company(2);
    company.search("song");
    const auto request = company.questions(1).at(0).request;
    company.answers(1, company.own_reply(1, "x/song.mp3"));
    auto again = company.own_reply(1, "again/song.mp3");
    again.request = request;
    company.says(1, again);
    company.pass(milliseconds(600));
    const auto answer = company.answer();
    EXPECT_EQ(paths(answer), std::vector<std::string>{"x/song.mp3"});
    company.answers(2, company.own_reply(2, "late/song.mp3"));
    EXPECT_FALSE(company.answered());
}

TEST(SearchService, NothingTakesLongerThanASecond) {
    for (const std::size_t leader : {0, 1}) {
        Company company(3);
        if (leader != 0) company.led_by(leader);
        company.search("song");
        company.pass(seconds(1));
        EXPECT_LE(company.answer().took, seconds(1));
    }
}

TEST(SearchService, AnAnswerOfALeaderOfBeforeIsNotTaken) {
    Company company(2);
    company.led_by(1);
    company.search("song");
    auto stale = company.leaders_reply({result(2, 5, "stale/song.mp3")});
    stale.view.epoch -= 1;
    company.answers(1, stale);
    company.answers(2, company.own_reply(2, "x/song.mp3"));
    const auto answer = company.answer();
    EXPECT_EQ(paths(answer), std::vector<std::string>{"x/song.mp3"});
    EXPECT_FALSE(answer.reply.complete);
}

TEST(SearchService, ALeaderThatMissesOnePeerIsCompletedByThatPeer) {
    Company company(3);
    company.led_by(1, {2});
    company.search("song");
    auto reply = company.leaders_reply({result(2, 5, "a/song.mp3")});
    reply.coverage = {3, 3};
    company.answers(1, reply);
    EXPECT_TRUE(company.questions(2).empty()) << "the leader has its catalogue";
    ASSERT_EQ(company.questions(3).size(), 1u);
    company.answers(3, company.own_reply(3, "b/song.mp3"));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.coverage, (Coverage{4, 4}));
    EXPECT_EQ(answer.reply.results.size(), 2u);
}

TEST(SearchService, AnIncompleteAnswerOfTheLeaderWaitsForABetterOne) {
    Company company(2);
    company.led_by(1);
    company.search("song");
    auto reply = company.leaders_reply({result(1, 5, "a/song.mp3")});
    reply.complete = false;
    reply.coverage = {3, 2};
    company.answers(1, reply);
    EXPECT_FALSE(company.answered());
    company.answers(2, company.own_reply(2, "b/song.mp3"));
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    EXPECT_EQ(answer.reply.results.size(), 2u);
}

TEST(SearchService, AReplicaDoesNotOutvoteALeaderThatHasHeardOfMore) {
    Company company(2);
    company.led_by(1);
    company.stand_by({2});
    company.search("song");
    auto reply = company.leaders_reply({result(1, 5, "a/song.mp3")});
    reply.complete = false;
    company.answers(1, reply);
    company.answers(2, company.leaders_reply({result(1, 5, "a/song.mp3")}));
    company.pass(seconds(1));
    EXPECT_TRUE(company.answer().reply.complete) << "both have told what they have themselves";
    Company larger(3);
    larger.led_by(1);
    larger.stand_by({2});
    larger.search("song");
    larger.answers(1, reply);
    larger.answers(2, larger.leaders_reply({result(1, 5, "a/song.mp3")}));
    larger.pass(seconds(1));
    EXPECT_FALSE(larger.answer().reply.complete) << "the third may have changed something";
}

TEST(SearchService, OnlyOneOwnersFilesAreAskedOfThatOwner) {
    Company company(3);
    company.search("song", peer(2));
    EXPECT_TRUE(company.questions(1).empty());
    ASSERT_EQ(company.questions(2).size(), 1u);
    company.answers(2, company.own_reply(2, "b/song.mp3"));
    EXPECT_TRUE(company.answer().reply.complete);
    company.search("song", peer(99));
    const auto nobody = company.answer();
    EXPECT_FALSE(nobody.reply.complete);
    EXPECT_EQ(nobody.reply.coverage, (Coverage{1, 0}));
}

TEST(SearchService, AContentIsLocatedAndItsSourcesFoundWithoutALeader) {
    Company company(2);
    company.tell(LocateAsked{Ticket{4}, content(9).hex().substr(0, 8)});
    for (std::size_t each : {1, 2}) {
        protocol::LocateReply reply;
        reply.matches = {result(each, each, "x/song.mp3")};
        reply.matches[0].content = content(9);
        company.answers(each, reply);
    }
    const auto located = company.take<AnswerLocate>();
    ASSERT_EQ(located.size(), 1u);
    EXPECT_TRUE(located[0].reply.complete);
    ASSERT_EQ(located[0].reply.matches.size(), 1u);
    EXPECT_EQ(located[0].reply.matches[0].sources.size(), 2u);
}

TEST(SearchService, VerifyingAsksTwoAndShowsWhatTheLeaderLeavesOut) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2});
    company.search("song", std::nullopt, true);
    company.answers(1, company.leaders_reply({result(2, 5, "a/song.mp3")}));
    EXPECT_FALSE(company.answered());
    company.answers(
        2, company.leaders_reply({result(2, 5, "a/song.mp3"), result(3, 6, "hidden/song.mp3")}));
    const auto answer = company.answer();
    ASSERT_TRUE(answer.verification);
    EXPECT_EQ(answer.verification->with, peer(2));
    ASSERT_EQ(answer.verification->missing.size(), 1u);
    EXPECT_EQ(answer.verification->missing[0].path, "hidden/song.mp3");
    EXPECT_EQ(answer.reply.results.size(), 2u) << "what was hidden is found all the same";
    EXPECT_TRUE(answer.reply.complete);
}

TEST(SearchService, WhatAStandbyMadeUpIsNotShown) {
    Company company(3);
    company.led_by(1);
    company.stand_by({2});
    company.leaves(1);
    company.search("song");
    auto reply = company.leaders_reply({result(3, 5, "a/song.mp3")});
    company.tamper = [](protocol::SearchReply& sent) { sent.results.at(0).path = "free.exe"; };
    company.answers(2, reply);
    company.tamper = nullptr;
    company.answers(3, company.own_reply(3, "a/song.mp3"));
    const auto answer = company.answer();
    ASSERT_EQ(answer.reply.results.size(), 1u) << "its owner is asked instead";
    EXPECT_EQ(answer.reply.results[0].path, "a/song.mp3");
}

TEST(SearchService, AVerificationWithoutASecondIndexSaysSo) {
    Company company(2);
    company.led_by(1);
    company.stand_by({2});
    company.search("song", std::nullopt, true);
    company.answers(1, company.leaders_reply({}));
    company.refuses(2);
    const auto answer = company.answer();
    EXPECT_TRUE(answer.reply.complete);
    ASSERT_TRUE(answer.verification);
    EXPECT_TRUE(answer.verification->with == peer(Company::kSelf)) << "our own files at least";
    EXPECT_TRUE(answer.verification->missing.empty());
}

}  // namespace
}  // namespace iwant::node
