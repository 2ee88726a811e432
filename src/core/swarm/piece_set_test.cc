#include "core/swarm/piece_set.h"

#include <gtest/gtest.h>

namespace iwant::swarm {
namespace {

TEST(PieceSet, CountsWhatIsIn) {
    PieceSet set(130);
    EXPECT_FALSE(set.complete());
    EXPECT_TRUE(set.insert(0));
    EXPECT_TRUE(set.insert(129));
    EXPECT_FALSE(set.insert(129));
    EXPECT_TRUE(set.contains(129));
    EXPECT_FALSE(set.contains(64));
    EXPECT_EQ(set.count(), 2u);
    EXPECT_TRUE(set.erase(0));
    EXPECT_FALSE(set.erase(0));
    EXPECT_EQ(set.count(), 1u);
}

TEST(PieceSet, OfNothingIsComplete) {
    EXPECT_TRUE(PieceSet(0).complete());
}

TEST(PieceSet, BytesAreALittleEndianBitmap) {
    PieceSet set(10);
    set.insert(0);
    set.insert(9);
    EXPECT_EQ(set.to_bytes(), (std::vector<std::uint8_t>{0x01, 0x02}));
}

TEST(PieceSet, SurvivesTheWayThroughBytes) {
    for (const std::uint64_t size : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
        PieceSet set(size);
        for (std::uint64_t piece = 0; piece < size; piece += 3) set.insert(piece);
        EXPECT_EQ(PieceSet::from_bytes(size, set.to_bytes()), set) << size;
    }
}

TEST(PieceSet, ForeignBytesOfAnyLengthAreTaken) {
    const std::vector<std::uint8_t> ones(4, 0xff);
    const PieceSet shorter = PieceSet::from_bytes(3, ones);
    EXPECT_EQ(shorter.count(), 3u);
    EXPECT_TRUE(shorter.complete());
    EXPECT_EQ(PieceSet::from_bytes(100, ones).count(), 32u);
}

}  // namespace
}  // namespace iwant::swarm
