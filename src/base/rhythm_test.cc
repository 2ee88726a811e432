#include "base/rhythm.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace iwant {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Rhythm, TheNextBeatIsAheadByAtMostOnePeriod) {
    const Time start{};
    EXPECT_EQ(next_beat(start + milliseconds(1), seconds(1)), start + seconds(1));
    EXPECT_EQ(next_beat(start + milliseconds(1999), seconds(1)), start + seconds(2));
    EXPECT_EQ(next_beat(start + seconds(2), seconds(1)), start + seconds(3))
        << "never at once: a timer would spin";
}

TEST(Rhythm, WhoHasTheSamePeriodWakesAtTheSameTime) {
    const Time start{milliseconds(123'456)};
    EXPECT_EQ(next_beat(start, milliseconds(500)),
              next_beat(start + milliseconds(30), milliseconds(500)));
}

}  // namespace
}  // namespace iwant
