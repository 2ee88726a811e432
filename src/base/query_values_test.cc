#include "base/query_values.h"

#include <gtest/gtest.h>

namespace iwant {
namespace {

constexpr UnixSeconds kNow = 1'800'000'000;
constexpr UnixSeconds kDay = 86'400;

using Size = std::optional<std::uint64_t>;

void expect_range(std::string_view text, Size min, Size max) {
    const auto range = parse_size_range(text);
    ASSERT_TRUE(range) << text;
    EXPECT_EQ(range->min, min) << text;
    EXPECT_EQ(range->max, max) << text;
}

TEST(SizeRange, IsAComparisonOrARange) {
    expect_range(">1G", 1'000'000'001, std::nullopt);
    expect_range(">=1GiB", 1'073'741'824, std::nullopt);
    expect_range("<700M", std::nullopt, 699'999'999);
    expect_range("<=1.5 kB", std::nullopt, 1500);
    expect_range("=1024", 1024, 1024);
    expect_range("1G..4G", 1'000'000'000, 4'000'000'000);
    expect_range("1.5G..", 1'500'000'000, std::nullopt);
    expect_range("..4G", std::nullopt, 4'000'000'000);
    expect_range("5..5", 5, 5);
}

TEST(SizeRange, SaysWhatIsWrongAndWhatWouldDo) {
    for (const char* bad :
         {"", "1G", ">", ">=", ">big", ">1X", "<0", "..", "4G..1G", "1G..x", "=", "==5", "><5",
          ">-1", ">18446744073709551615", "1G...4G", ">99999999999999999999"}) {
        const auto range = parse_size_range(bad);
        ASSERT_FALSE(range) << bad;
        EXPECT_NE(range.error().message.find("1G..4G"), std::string::npos) << bad;
    }
    EXPECT_NE(parse_size_range(">big").error().message.find("\"big\" is no size"),
              std::string::npos);
}

TEST(Past, IsAnAge) {
    EXPECT_EQ(parse_past("90s", kNow), kNow - 90);
    EXPECT_EQ(parse_past("30min", kNow), kNow - 1800);
    EXPECT_EQ(parse_past("12h", kNow), kNow - 43'200);
    EXPECT_EQ(parse_past("7d", kNow), kNow - 7 * kDay);
    EXPECT_EQ(parse_past("2weeks", kNow), kNow - 14 * kDay);
    EXPECT_EQ(parse_past("6mo", kNow), kNow - 180 * kDay);
    EXPECT_EQ(parse_past("1y", kNow), kNow - 365 * kDay);
    EXPECT_EQ(parse_past("999999years", 0), -999'999 * 365 * kDay);
}

TEST(Past, IsTheBeginningOfADate) {
    EXPECT_EQ(parse_past("1970", kNow), 0);
    EXPECT_EQ(parse_past("2026", kNow), 1'767'225'600);
    EXPECT_EQ(parse_past("2026-02", kNow), 1'767'225'600 + 31 * kDay);
    EXPECT_EQ(parse_past("2024-02-29", kNow), 1'709'164'800);
}

TEST(Past, SaysWhatIsWrongAndWhatWouldDo) {
    for (const char* bad :
         {"",           "d",          "7",          "12345",    "7m",       "7 d",
          "7D",         "-7d",        "7days ",     "7q",       "1e3d",     "2026-13",
          "2026-02-30", "2026-1-1",   "2026/01/01", "20260101", "1000000y", "0000-00-00",
          "-026-01-01", "2026--1-01", "yesterday"}) {
        const auto past = parse_past(bad, kNow);
        ASSERT_FALSE(past) << bad;
        EXPECT_NE(past.error().message.find("write it like"), std::string::npos) << bad;
    }
    EXPECT_NE(parse_past("7m", kNow).error().message.find("minutes"), std::string::npos);
}

}  // namespace
}  // namespace iwant
