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

TEST(Announcer, AnnouncesAtOnceThenAboutOneAndThreeSecondsLaterThenEveryHalfMinute) {
    Announcer announcer(Prng(1), Time{});
    const auto sent = sent_until(announcer, seconds(80), 3);
    ASSERT_EQ(sent.size(), 5u);
    EXPECT_EQ(sent[0], Duration{});
    EXPECT_GE(sent[1], seconds(1));
    EXPECT_LE(sent[1], milliseconds(1300));
    EXPECT_GE(sent[2], seconds(3));
    EXPECT_LE(sent[2], milliseconds(3300));
    EXPECT_GE(sent[3] - sent[2], seconds(27));
    EXPECT_LE(sent[3] - sent[2], seconds(33));
}

TEST(Announcer, SpeaksLessOftenAmongManyPeers) {
    Announcer announcer(Prng(1), Time{});
    EXPECT_EQ(sent_until(announcer, seconds(50), 2000).size(), 3u);
    EXPECT_GE(announcer.next_deadline() - Time{}, seconds(93));
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
