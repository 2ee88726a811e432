#include "base/utf8.h"

#include <gtest/gtest.h>

namespace iwant {
namespace {

TEST(Utf8, TheFirstCodePointIsReadWithItsLength) {
    const auto expect = [](std::string_view text, char32_t value, std::size_t bytes) {
        const auto point = decode_utf8(text);
        ASSERT_TRUE(point);
        EXPECT_EQ(point->value, value);
        EXPECT_EQ(point->bytes, bytes);
    };
    expect("ab", U'a', 1);
    expect("\u0080x", 0x80, 2);
    expect("\u07ff", 0x7ff, 2);
    expect("\u0800", 0x800, 3);
    expect("\uffff", 0xffff, 3);
    expect("\U00010000", 0x10000, 4);
    expect("\U0010ffff", 0x10ffff, 4);
}

TEST(Utf8, AsciiIsSeenWhereverTheOneOtherByteIs) {
    for (std::size_t size = 0; size < 40; ++size) {
        std::string text(size, 'x');
        EXPECT_TRUE(is_ascii(text));
        for (char& c : text) {
            c = '\x80';
            EXPECT_FALSE(is_ascii(text));
            c = 'x';
        }
    }
}

TEST(Utf8, DangerousCodePointsAreKnown) {
    for (const char32_t point : {0x00, 0x0a, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f, 0x2028, 0x2029}) {
        EXPECT_TRUE(is_control(point)) << static_cast<unsigned>(point);
    }
    for (const char32_t point : {0x20, 0x7e, 0xa0, 0x2027, 0x202a}) EXPECT_FALSE(is_control(point));
    for (const char32_t point : {0x61c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff}) {
        EXPECT_TRUE(is_bidi_control(point)) << static_cast<unsigned>(point);
    }
    // The joiners are part of words and of emoji.
    for (const char32_t point : {0x200c, 0x200d, 0x202f, 0x2065})
        EXPECT_FALSE(is_bidi_control(point));
}

}  // namespace
}  // namespace iwant
