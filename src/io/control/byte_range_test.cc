#include "io/control/byte_range.h"

#include <gtest/gtest.h>

namespace iwant::control {
namespace {

using Kind = ByteRange::Kind;

void expect_part(std::string_view field, std::uint64_t first, std::uint64_t end) {
    const ByteRange range = parse_byte_range(field, 1000);
    EXPECT_EQ(range.kind, Kind::part) << field;
    EXPECT_EQ(range.first, first) << field;
    EXPECT_EQ(range.end, end) << field;
}

TEST(ByteRange, OneRangeIsAPart) {
    expect_part("bytes=0-0", 0, 1);
    expect_part("bytes=0-499", 0, 500);
    expect_part("bytes=500-", 500, 1000);
    expect_part("BYTES=999-999", 999, 1000);
    expect_part("bytes= 1-2 ", 1, 3);
}

TEST(ByteRange, AnEndBeyondTheFileIsItsEnd) {
    expect_part("bytes=500-1000", 500, 1000);
    expect_part("bytes=0-99999999999999999999999", 0, 1000);
}

TEST(ByteRange, ASuffixCountsFromTheEnd) {
    expect_part("bytes=-1", 999, 1000);
    expect_part("bytes=-1000", 0, 1000);
    expect_part("bytes=-5000", 0, 1000);
    expect_part("bytes=-99999999999999999999999", 0, 1000);
}

TEST(ByteRange, WhatBeginsBehindTheEndCannotBeHad) {
    for (const char* field :
         {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999-"}) {
        EXPECT_EQ(parse_byte_range(field, 1000).kind, Kind::unsatisfiable) << field;
    }
    EXPECT_EQ(parse_byte_range("bytes=0-", 0).kind, Kind::unsatisfiable);
    EXPECT_EQ(parse_byte_range("bytes=-5", 0).kind, Kind::unsatisfiable);
}

TEST(ByteRange, WhatIsNotUnderstoodIsTheWholeFile) {
    for (const char* field :
         {"", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=1-2,5-6",
          "items=0-5", "bytes=+1-2", "bytes=1 -2", "bytes=0x1-2", "bytes=1--2"}) {
        const ByteRange range = parse_byte_range(field, 1000);
        EXPECT_EQ(range.kind, Kind::whole) << field;
        EXPECT_EQ(range.first, 0u);
        EXPECT_EQ(range.end, 1000u);
    }
}

}  // namespace
}  // namespace iwant::control
