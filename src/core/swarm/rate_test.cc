#include "core/swarm/rate.h"

#include <gtest/gtest.h>

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = Time{} + 1h;

TEST(RateMeter, ASteadyStreamHasItsRate) {
    RateMeter meter;
    meter.restart(kStart);
    for (auto time = 0ms; time < 10s; time += 10ms) meter.add(1000, kStart + time);
    EXPECT_NEAR(static_cast<double>(meter.per_second(kStart + 10s)), 100'000, 5000);
}

TEST(RateMeter, TheWindowGrowsFromTheStart) {
    RateMeter meter;
    meter.restart(kStart);
    meter.add(500, kStart + 400ms);
    EXPECT_EQ(meter.per_second(kStart + 500ms), 1000u);
}

TEST(RateMeter, WhatIsOlderThanThreeSecondsDoesNotCount) {
    RateMeter meter;
    meter.restart(kStart);
    meter.add(3000, kStart + 1s);
    EXPECT_EQ(meter.per_second(kStart + 3900ms), 1000u);
    EXPECT_EQ(meter.per_second(kStart + 4s), 0u);
}

TEST(RateMeter, ARestartForgets) {
    RateMeter meter;
    meter.restart(kStart);
    meter.add(1000, kStart);
    meter.restart(kStart + 1s);
    EXPECT_EQ(meter.per_second(kStart + 1s), 0u);
}

}  // namespace
}  // namespace iwant::swarm
