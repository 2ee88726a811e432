#include "base/hex.h"

#include <array>

#include <gtest/gtest.h>

#include "base/ids.h"

namespace iwant {
namespace {

TEST(Hex, EveryByteSurvivesThereAndBack) {
    std::array<std::uint8_t, 256> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
    const std::string digits = to_hex(bytes);
    EXPECT_EQ(digits.substr(0, 8), "00010203");
    EXPECT_EQ(digits.substr(504), "fcfdfeff");
    std::array<std::uint8_t, 256> back{};
    ASSERT_TRUE(hex_decode(digits, back));
    EXPECT_EQ(back, bytes);
}

TEST(Hex, BothCasesAreRead) {
    std::array<std::uint8_t, 2> bytes{};
    ASSERT_TRUE(hex_decode("aBCd", bytes));
    EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0xab, 0xcd}));
}

TEST(Hex, OtherLengthsAndOtherLettersAreRefused) {
    std::array<std::uint8_t, 2> bytes{};
    for (const char* digits : {"", "abc", "abcde", "abcg", "ab d", "-bcd", "0xab"}) {
        EXPECT_FALSE(hex_decode(digits, bytes)) << digits;
    }
    EXPECT_TRUE(is_hex("0aF"));
    EXPECT_FALSE(is_hex(""));
    EXPECT_FALSE(is_hex("0aG"));
    EXPECT_FALSE(is_hex("0a "));
}

TEST(Ids, AHashIsReadFromExactly64Digits) {
    const std::string digits(64, 'a');
    ASSERT_TRUE(Hash256::from_hex(digits));
    EXPECT_EQ(Hash256::from_hex(digits)->hex(), digits);
    EXPECT_FALSE(Hash256::from_hex(digits.substr(1)));
    EXPECT_FALSE(Hash256::from_hex(digits + "a"));
    EXPECT_FALSE(Hash256::from_hex("../" + digits.substr(3)));
    EXPECT_EQ(Hash256::from_hex(std::string(64, 'A')), Hash256::from_hex(digits));
}

TEST(Ids, ZeroIsNoId) {
    EXPECT_TRUE(PeerId{}.is_zero());
    EXPECT_FALSE(PeerId{*Hash256::from_hex(std::string(63, '0') + "1")}.is_zero());
    EXPECT_EQ(PeerId{*Hash256::from_hex("12345678" + std::string(56, '0'))}.brief(), "12345678");
}

TEST(Ids, TheyOrderAsTheirDigitsDo) {
    const PeerId small{*Hash256::from_hex("00ff" + std::string(60, 'f'))};
    const PeerId large{*Hash256::from_hex("0100" + std::string(60, '0'))};
    EXPECT_LT(small, large);
    EXPECT_NE(std::hash<PeerId>{}(small), std::hash<PeerId>{}(large));
}

}  // namespace
}  // namespace iwant
