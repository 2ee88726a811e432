#include "app/daemon/rate_schedule.h"

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

std::optional<std::uint64_t> rate_at(const std::string& text, unsigned hour, unsigned minute = 0) {
    const Result<RateSchedule> schedule = RateSchedule::parse(text);
    EXPECT_TRUE(schedule) << text;
    return schedule ? schedule->at(hour * 60 + minute) : std::nullopt;
}

TEST(RateSchedule, WithoutATimeItHoldsAlways) {
    for (const unsigned hour : {0, 12, 23}) {
        EXPECT_EQ(rate_at("100 MB/s", hour), 100'000'000u);
        EXPECT_EQ(rate_at(" 10 MiB/s ", hour), 10u << 20);
        EXPECT_EQ(rate_at("2M", hour), 2'000'000u);
        EXPECT_EQ(rate_at("none", hour), std::nullopt);
        EXPECT_EQ(rate_at("0", hour), std::nullopt);
    }
}

TEST(RateSchedule, TheFirstPeriodThatCoversTheTimeHolds) {
    const std::string text = "08:00-18:00 5 MB/s, 12:00-20:00 7 MB/s, 20 MB/s";
    EXPECT_EQ(rate_at(text, 7, 59), 20'000'000u);
    EXPECT_EQ(rate_at(text, 8), 5'000'000u);
    EXPECT_EQ(rate_at(text, 17, 59), 5'000'000u);
    EXPECT_EQ(rate_at(text, 18), 7'000'000u);
    EXPECT_EQ(rate_at(text, 20), 20'000'000u);
}

TEST(RateSchedule, OutsideOfAllPeriodsThereIsNoLimit) {
    EXPECT_EQ(rate_at("08:00-18:00 5 MB/s", 19), std::nullopt);
}

TEST(RateSchedule, PeriodsMayGoPastMidnight) {
    const std::string text = "22:00-06:30 none, 1 MB/s";
    EXPECT_EQ(rate_at(text, 23), std::nullopt);
    EXPECT_EQ(rate_at(text, 6, 29), std::nullopt);
    EXPECT_EQ(rate_at(text, 6, 30), 1'000'000u);
    EXPECT_EQ(rate_at(text, 21, 59), 1'000'000u);
    EXPECT_EQ(rate_at("18:00-24:00 2 MB/s", 23, 59), 2'000'000u);
}

TEST(RateSchedule, WhatIsNoLimitIsRefused) {
    for (const char* text :
         {"", " ", ",", "5 MB/s,", "fast", "-5 MB/s", "5 MB/h", "1 KB/s", "08:00 5 MB/s",
          "08:00-18:00", "08:00-18:00 ", "8:00-18:00 5 MB/s", "08:00-24:01 5 MB/s",
          "08:60-09:00 5 MB/s", "08:00-08:00 5 MB/s", "08:00-18:005 MB/s", "99 KB/s"}) {
        EXPECT_FALSE(RateSchedule::parse(text)) << text;
    }
    std::string many = "1 MB/s";
    for (int i = 0; i < 30; ++i) many += ", 1 MB/s";
    EXPECT_FALSE(RateSchedule::parse(many));
}

TEST(RateSchedule, TheTextStaysAsItWasWritten) {
    EXPECT_EQ(RateSchedule::parse(" 08:00-18:00 5MB/s,none ")->text(), "08:00-18:00 5MB/s,none");
    EXPECT_EQ(RateSchedule().text(), "none");
    EXPECT_EQ(RateSchedule().at(0), std::nullopt);
}

}  // namespace
}  // namespace iwant::daemon
