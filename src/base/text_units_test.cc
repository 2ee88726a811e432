#include <limits>

#include <gtest/gtest.h>

#include "base/text.h"

namespace iwant {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

TEST(Units, SizesHaveAtMostThreeDigits) {
    EXPECT_EQ(human_size(0), "0 B");
    EXPECT_EQ(human_size(999), "999 B");
    EXPECT_EQ(human_size(1000), "1.0 kB");
    EXPECT_EQ(human_size(1'400'000'000), "1.4 GB");
    EXPECT_EQ(human_size(14'200'000), "14.2 MB");
    EXPECT_EQ(human_size(99'940), "99.9 kB");
    EXPECT_EQ(human_size(99'960), "100 kB");
    EXPECT_EQ(human_size(142'000'000), "142 MB");
    EXPECT_EQ(human_size(999'499), "999 kB");
    EXPECT_EQ(human_size(999'500), "1.0 MB");
    EXPECT_EQ(human_size(kMax), "18.4 EB");
}

TEST(Units, SizesAreReadAsPeopleWriteThem) {
    const std::pair<const char*, std::uint64_t> cases[] = {
        {"0", 0},
        {"1024", 1024},
        {"1024B", 1024},
        {"700M", 700'000'000},
        {"700 mb", 700'000'000},
        {"1.5 GB", 1'500'000'000},
        {"0.1GB", 100'000'000},
        {"2GiB", std::uint64_t{2} << 30},
        {"2gi", std::uint64_t{2} << 30},
        {" 1k ", 1000},
        {"1.5KiB", 1536},
        {"3T", 3'000'000'000'000},
        {"16 EB", 16'000'000'000'000'000'000u},
        {"18446744073709551615", kMax},
    };
    for (const auto& [text, size] : cases) {
        ASSERT_TRUE(parse_size(text)) << text;
        EXPECT_EQ(*parse_size(text), size) << text;
    }
}

TEST(Units, WhatIsNoSizeIsRefusedWithWhatWouldDo) {
    for (const char* text : {"",
                             " ",
                             "-1",
                             "-",
                             "x",
                             "M",
                             "1.",
                             ".5G",
                             "1.5",
                             "1.5B",
                             "1..5M",
                             "1 X",
                             "1MM",
                             "1iB",
                             "1kiBB",
                             "1e3",
                             "0x10",
                             "1,5M",
                             "18446744073709551616",
                             "16EiB",
                             "19 EB",
                             "18446744073709551.7k",
                             "+1"}) {
        const Result<std::uint64_t> size = parse_size(text);
        ASSERT_FALSE(size) << text;
        EXPECT_EQ(size.error().code, ErrorCode::invalid_argument);
        EXPECT_NE(size.error().message.find("1.5 GB"), std::string::npos);
    }
}

TEST(Units, DurationsHaveTheTwoLargestUnits) {
    EXPECT_EQ(human_duration(seconds(-5)), "0 s");
    EXPECT_EQ(human_duration(milliseconds(0)), "0 s");
    EXPECT_EQ(human_duration(milliseconds(340)), "340 ms");
    EXPECT_EQ(human_duration(seconds(3)), "3 s");
    EXPECT_EQ(human_duration(seconds(59)), "59 s");
    EXPECT_EQ(human_duration(seconds(60)), "1 min");
    EXPECT_EQ(human_duration(seconds(130)), "2 min 10 s");
    EXPECT_EQ(human_duration(minutes(65)), "1 h 5 min");
    EXPECT_EQ(human_duration(hours(24)), "1 d");
    EXPECT_EQ(human_duration(hours(51)), "2 d 3 h");
    EXPECT_EQ(human_duration(Duration::min()), "0 s");
}

TEST(Units, AgesAreCoarse) {
    constexpr UnixSeconds kNow = 1'800'000'000;
    constexpr UnixSeconds kDay = 86400;
    EXPECT_EQ(human_age(kNow, kNow), "just now");
    EXPECT_EQ(human_age(kNow + 500, kNow), "just now");
    EXPECT_EQ(human_age(kNow - 59, kNow), "just now");
    EXPECT_EQ(human_age(kNow - 300, kNow), "5 min ago");
    EXPECT_EQ(human_age(kNow - 7200, kNow), "2 h ago");
    EXPECT_EQ(human_age(kNow - kDay, kNow), "1 day ago");
    EXPECT_EQ(human_age(kNow - 3 * kDay, kNow), "3 days ago");
    EXPECT_EQ(human_age(kNow - 90 * kDay, kNow), "3 months ago");
    EXPECT_EQ(human_age(kNow - 800 * kDay, kNow), "2 years ago");
    EXPECT_EQ(human_age(std::numeric_limits<UnixSeconds>::min(), kNow).substr(0, 3), "292");
}

}  // namespace
}  // namespace iwant
