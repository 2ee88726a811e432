#include "core/cluster/leader_watch.h"

#include <gtest/gtest.h>

namespace iwant::cluster {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Need = LeaderWatch::Need;

class LeaderWatchTest : public testing::Test {
  protected:
    LeaderWatchTest() { watch.begin(now); }
    /// Lets time pass until the watch wants something else than a ping; `each` happens every
    /// second.
    template <class Each>
    Need pass(Duration length, Each each) {
        const Time end = now + length;
        while (now < end) {
            const Need need = watch.due(now);
            if (need == Need::ping) ++pings;
            if (need == Need::probe || need == Need::give_up) return need;
            if ((now - Time{}) % seconds(1) == Duration{}) each();
            now += milliseconds(100);
        }
        return Need::nothing;
    }
    Need pass(Duration length) {
        return pass(length, [] {});
    }

    LeaderWatch watch;
    Time now{};
    int pings = 0;
};

TEST_F(LeaderWatchTest, WhileBeaconsComeTheSessionIsAskedSeldom) {
    const auto both = [&] {
        watch.beacon(now);
        if (pings > 0) watch.heard(now);
    };
    EXPECT_EQ(pass(seconds(60), both), Need::nothing);
    EXPECT_LE(pings, 16);
    EXPECT_FALSE(watch.doubtful(now));
}

TEST_F(LeaderWatchTest, WithoutBeaconsTheSessionAloneIsEnough) {
    EXPECT_EQ(pass(seconds(60), [&] { watch.heard(now); }), Need::nothing);
}

TEST_F(LeaderWatchTest, AfterThreeSilentSecondsItsMachineIsTried) {
    EXPECT_EQ(pass(seconds(10)), Need::probe);
    EXPECT_EQ(now, Time{} + seconds(3));
    EXPECT_GE(pings, 1);
    EXPECT_TRUE(watch.probing());
    EXPECT_EQ(pass(seconds(10)), Need::give_up);
    EXPECT_LT(now, Time{} + milliseconds(3600));
}

TEST_F(LeaderWatchTest, AMachineThatRefusesEndsTheWait) {
    pass(seconds(10));
    watch.dial_failed();
    EXPECT_EQ(watch.due(now), Need::give_up);
}

TEST_F(LeaderWatchTest, AProcessThatStandsStillGetsTenSeconds) {
    pass(seconds(10));
    watch.dial_reached(now);
    EXPECT_EQ(pass(seconds(4)), Need::nothing);
    EXPECT_TRUE(watch.doubtful(now));
    EXPECT_FALSE(watch.missed());
    watch.heard(now);
    EXPECT_FALSE(watch.doubtful(now));
    const Time spoke = now;
    pass(seconds(10));
    watch.dial_reached(now);
    EXPECT_EQ(pass(seconds(12)), Need::give_up);
    EXPECT_EQ(now, spoke + seconds(10));
}

TEST_F(LeaderWatchTest, ALeaderThatSendsBeaconsButNeverAnswersIsDeaf) {
    EXPECT_EQ(pass(seconds(30), [&] { watch.beacon(now); }), Need::give_up);
    EXPECT_LE(now, Time{} + seconds(15));
}

TEST_F(LeaderWatchTest, ABrokenSessionIsGivenUpUnlessTheMachineAnswersSoon) {
    watch.session_broke(now);
    EXPECT_TRUE(watch.missed());
    EXPECT_EQ(pass(milliseconds(300)), Need::nothing);
    EXPECT_EQ(watch.due(now), Need::give_up);

    watch.begin(now);
    watch.session_broke(now);
    watch.dial_reached(now);
    EXPECT_EQ(pass(seconds(1)), Need::nothing);
    watch.session_back(now);
    EXPECT_FALSE(watch.doubtful(now));
    watch.session_broke(now);
    watch.dial_failed();
    EXPECT_EQ(watch.due(now), Need::give_up);
}

TEST_F(LeaderWatchTest, AFailedDialMeansNothingWhileTheLeaderSpeaks) {
    watch.dial_failed();
    EXPECT_EQ(watch.due(now), Need::nothing);
}

TEST_F(LeaderWatchTest, OwnSleepIsNotTheLeadersSilence) {
    now += seconds(30);
    watch.excuse(now);
    EXPECT_NE(watch.due(now), Need::probe);
    EXPECT_EQ(pass(seconds(10)), Need::probe);
}

TEST_F(LeaderWatchTest, DeadlinesAreNeverBehindWhatWasDone) {
    for (int i = 0; i < 200; ++i) {
        const auto due = watch.next_deadline();
        ASSERT_TRUE(due);
        ASSERT_GE(*due, now);
        now = *due;
        const Need need = watch.due(now);
        if (need == Need::give_up) return;
        if (need == Need::nothing) now += milliseconds(1);
    }
    FAIL() << "a silent leader was never given up";
}

}  // namespace
}  // namespace iwant::cluster
