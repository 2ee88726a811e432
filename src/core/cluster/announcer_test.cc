#include "core/cluster/announcer.h"

#include <vector>

#include <gtest/gtest.h>

namespace iwant::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Duration> sent_until(Announcer& announcer, Duration end, std::size_t peers) {
    std::vector<Duration> sent;
    while (announcer.next_deadline() < Time{} + end) {
        const Time now = announcer.next_deadline();
        if (announcer.due(now, peers)) sent.push_back(now - Time{});
    }
    return sent;
}

TEST(Announcer, ListensAndAnnouncesThenAboutOneAndThreeSecondsLaterThenEveryHalfMinute) {
    Announcer announcer(Prng(1), Time{});
    const auto sent = sent_until(announcer, seconds(80), 3);
    ASSERT_GE(sent.size(), 4u);
    EXPECT_GE(sent[0], milliseconds(250));
    EXPECT_LE(sent[0], milliseconds(350));
    EXPECT_GE(sent[1], seconds(1));
    EXPECT_LE(sent[1], milliseconds(1300));
    EXPECT_GE(sent[2], seconds(3));
    EXPECT_LE(sent[2], milliseconds(3300));
    EXPECT_GE(sent[3] - sent[2], seconds(15));
    EXPECT_LE(sent[3] - sent[2], seconds(45));
}

TEST(Announcer, ACrowdOfAnySizeMakesAtMostTwentyPacketsASecond) {
    for (const std::size_t peers : {10u, 200u, 1000u, 10'000u}) {
        std::size_t sent = 0;
        constexpr std::size_t kSample = 50;
        for (std::size_t i = 0; i < kSample; ++i) {
            Announcer announcer(Prng(i), Time{});
            sent += sent_until(announcer, std::chrono::hours(10), peers).size();
        }
        const double each_second = static_cast<double>(sent) / kSample / 36'000;
        const double packets = 3 * each_second * static_cast<double>(peers);
        EXPECT_LE(packets, 10) << peers;
        if (peers < 1000) continue;
        EXPECT_GE(packets, 8) << peers << ": nor is it silent";
    }
}

TEST(Announcer, WhoStartsWhileOthersTalkLeavesItToThemButNotForEver) {
    Announcer announcer(Prng(1), Time{});
    std::size_t sent = 0;
    Duration first{};
    for (int ms = 0; ms < 120'000; ms += 50) {
        const Time now = Time{} + milliseconds(ms);
        announcer.heard(now);
        if (!announcer.due(now, 3)) continue;
        if (sent++ == 0) first = now - Time{};
    }
    EXPECT_GE(first, seconds(15));
    EXPECT_GE(sent, 1u) << "nobody who talks all the time silences it";
    EXPECT_LE(sent, 2u);
}

TEST(Announcer, WhoIsDueJustAfterAnotherWaitsForAGap) {
    Announcer announcer(Prng(1), Time{});
    sent_until(announcer, seconds(10), 3);
    const Time due = announcer.next_deadline();
    announcer.heard(due - milliseconds(10));
    EXPECT_FALSE(announcer.due(due, 3));
    const Time later = announcer.next_deadline();
    EXPECT_GE(later - due, milliseconds(240));
    EXPECT_LE(later - due, milliseconds(490));
    EXPECT_TRUE(announcer.due(later, 3));
}

TEST(Announcer, WhoHeardSomebodyBeforeItStartedToListenAnnouncesItself) {
    Announcer announcer(Prng(1), Time{});
    announcer.heard(Time{} - milliseconds(250));
    EXPECT_EQ(sent_until(announcer, seconds(1), 3).size(), 1u);
}

TEST(Announcer, WhoLearnsOfACrowdWaitsAsLongAsACrowdDoes) {
    Announcer announcer(Prng(1), Time{});
    ASSERT_EQ(sent_until(announcer, seconds(10), 3).size(), 3u);
    EXPECT_TRUE(sent_until(announcer, seconds(160), 1000).empty());
    EXPECT_EQ(sent_until(announcer, seconds(510), 1000).size(), 1u);
}

TEST(Announcer, WhoStartedLatelyGreetsNobody) {
    Announcer announcer(Prng(1), Time{});
    sent_until(announcer, seconds(2), 3);
    announcer.newcomer_heard(Time{} + seconds(2));
    EXPECT_FALSE(announcer.due(Time{} + seconds(2), 3));
}

TEST(Announcer, SomeOfACrowdGreetANewcomer) {
    for (const std::size_t peers : {2u, 6u, 100u, 1000u}) {
        std::size_t greeters = 0;
        for (std::size_t i = 0; i < peers; ++i) {
            Announcer announcer(Prng(i), Time{});
            sent_until(announcer, seconds(10), peers);
            const Time now = Time{} + seconds(10);
            announcer.newcomer_heard(now);
            if (announcer.due(now, peers)) ++greeters;
        }
        EXPECT_GE(greeters, std::min<std::size_t>(peers, peers <= 3 ? 3 : 1)) << peers;
        EXPECT_LE(greeters, 10u) << peers;
    }
}

TEST(Announcer, ManyNewcomersAtOnceDoNotMakeOneOfACrowdTalk) {
    std::size_t answers = 0;
    constexpr std::size_t kPeers = 1000;
    for (std::size_t i = 0; i < kPeers; ++i) {
        Announcer announcer(Prng(i), Time{});
        sent_until(announcer, seconds(10), kPeers);
        for (int ms = 0; ms < 1000; ms += 10) {
            const Time now = Time{} + seconds(10) + milliseconds(ms);
            announcer.newcomer_heard(now);
            if (announcer.due(now, kPeers)) ++answers;
        }
    }
    EXPECT_LE(answers, 20u);
}

TEST(Announcer, AfterAChangeOfTheNetworkEveryOneAnnouncesItself) {
    for (std::size_t i = 0; i < 100; ++i) {
        Announcer announcer(Prng(i), Time{});
        sent_until(announcer, seconds(10), 1000);
        announcer.network_changed(Time{} + seconds(10));
        EXPECT_TRUE(announcer.due(Time{} + seconds(10), 1000));
    }
}

TEST(Announcer, AnswersNewcomersAtMostOnceASecond) {
    Announcer announcer(Prng(1), Time{});
    sent_until(announcer, seconds(10), 3);
    const Time now = Time{} + seconds(10);
    announcer.newcomer_heard(now);
    EXPECT_TRUE(announcer.due(now, 3));
    announcer.newcomer_heard(now + milliseconds(10));
    EXPECT_FALSE(announcer.due(now + milliseconds(10), 3));
    EXPECT_EQ(announcer.next_deadline(), now + seconds(1));
}

TEST(Announcer, BeaconsEverySecondWhileLeading) {
    Announcer announcer(Prng(1), Time{});
    sent_until(announcer, seconds(10), 3);
    announcer.role_changed(Role::leading, Time{} + seconds(10));
    EXPECT_EQ(sent_until(announcer, seconds(20), 3).size(), 10u);
}

}  // namespace
}  // namespace iwant::cluster
