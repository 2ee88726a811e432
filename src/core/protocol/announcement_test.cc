#include "core/protocol/announcement.h"

#include <limits>

#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/protocol/limits.h"

namespace iwant::protocol {
namespace {

Announcement full_announcement() {
    Announcement announcement;
    announcement.public_key.fill(0xab);
    announcement.what = Announcement::What::goodbye;
    announcement.instance = 0x0102030405060708;
    announcement.sequence = std::numeric_limits<std::uint64_t>::max();
    announcement.port = 4926;
    announcement.leader.epoch = 77;
    announcement.leader.leader.hash.bytes.fill(0xcd);
    announcement.followers = 0xfffffffe;
    announcement.catalog = {0x1112131415161718, 0x2122232425262728};
    return announcement;
}

Bytes datagram_of(const Announcement& announcement) {
    Bytes datagram = encode_announcement(announcement);
    datagram.resize(datagram.size() + kSignatureBytes, 0x5a);
    return datagram;
}

TEST(Announcement, SurvivesThereAndBack) {
    const Announcement announcement = full_announcement();
    const Result<Announcement> decoded = decode_announcement(datagram_of(announcement));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, announcement);
}

TEST(Announcement, HasTheLayoutOfTheSpecification) {
    const Bytes datagram = datagram_of(full_announcement());
    ASSERT_EQ(datagram.size(), 180u);
    EXPECT_LE(datagram.size(), 400u);
    EXPECT_EQ(std::string(datagram.begin(), datagram.begin() + 4), "iWnt");
    EXPECT_EQ(datagram[4], 1);
    EXPECT_EQ(datagram[5], 1);
    EXPECT_EQ(datagram[6], 4926 >> 8);
    EXPECT_EQ(datagram[7], 4926 & 0xff);
    EXPECT_EQ(datagram[8], 0xab);
    EXPECT_EQ(datagram[40], 0x01);
    EXPECT_EQ(datagram[47], 0x08);
    EXPECT_EQ(datagram[63], 77);
    EXPECT_EQ(datagram[64], 0xcd);
    EXPECT_EQ(datagram[99], 0xfe);
    EXPECT_EQ(datagram[100], 0x11);
    EXPECT_EQ(datagram[115], 0x28);
}

TEST(Announcement, AnyOtherLengthIsRefused) {
    Bytes datagram = datagram_of(full_announcement());
    for (std::size_t size = 0; size < datagram.size(); ++size) {
        EXPECT_FALSE(decode_announcement(std::span(datagram).first(size))) << size;
    }
    datagram.push_back(0);
    EXPECT_FALSE(decode_announcement(datagram));
    datagram.resize(65507);
    EXPECT_FALSE(decode_announcement(datagram));
}

TEST(Announcement, OtherProgramsVersionsAndKindsAreRefused) {
    const Bytes good = datagram_of(full_announcement());
    ASSERT_TRUE(decode_announcement(good));
    for (std::size_t i = 0; i < 5; ++i) {
        Bytes bad = good;
        bad[i] ^= 0x20;
        const Result<Announcement> decoded = decode_announcement(bad);
        ASSERT_FALSE(decoded) << i;
        EXPECT_EQ(decoded.error().code, ErrorCode::protocol);
    }
    Bytes bad = good;
    bad[5] = 2;
    EXPECT_FALSE(decode_announcement(bad));
    bad = good;
    bad[6] = bad[7] = 0;
    EXPECT_FALSE(decode_announcement(bad));
}

TEST(Announcement, RandomBytesOnlyEverGiveAnAnswer) {
    Prng prng(4926);
    for (int round = 0; round < 20'000; ++round) {
        Bytes datagram = datagram_of(full_announcement());
        for (std::uint64_t flips = 1 + prng.below(8); flips > 0; --flips) {
            datagram[prng.below(datagram.size())] = static_cast<std::uint8_t>(prng.next());
        }
        const Result<Announcement> decoded = decode_announcement(datagram);
        if (!decoded) continue;
        const Bytes again = encode_announcement(*decoded);
        EXPECT_TRUE(std::equal(again.begin(), again.end(), datagram.begin()));
    }
}

}  // namespace
}  // namespace iwant::protocol
