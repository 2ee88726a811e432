#include "core/swarm/upload_slots.h"

#include <gtest/gtest.h>

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;

constexpr Time kStart = Time{} + 1h;

PeerId peer(std::uint8_t number) {
    PeerId peer;
    peer.hash.bytes[0] = number;
    return peer;
}

TEST(UploadSlots, OthersQueueInTheOrderInWhichTheyCame) {
    UploadSlots slots(2);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(2), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u) << "it may ask for several things";
    EXPECT_EQ(slots.begin(peer(3), kStart), 1u);
    EXPECT_EQ(slots.begin(peer(4), kStart), 2u);
    EXPECT_EQ(slots.begin(peer(3), kStart + 1s), 1u);
    EXPECT_EQ(slots.serving(), 2u);
    EXPECT_EQ(slots.queued(), 2u);
}

TEST(UploadSlots, AFreeSlotIsForTheFirstInTheQueue) {
    UploadSlots slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(2), kStart), 1u);
    EXPECT_EQ(slots.begin(peer(3), kStart), 2u);
    slots.end(peer(1), kStart + 1s);
    EXPECT_EQ(slots.begin(peer(3), kStart + 3s), 2u);
    EXPECT_EQ(slots.begin(peer(2), kStart + 3s), 0u);
    EXPECT_EQ(slots.begin(peer(3), kStart + 3s), 1u);
}

TEST(UploadSlots, ASlotStaysWhileARequestIsServed) {
    UploadSlots slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(2), kStart + 20s), 1u);
    slots.end(peer(1), kStart + 21s);
    EXPECT_EQ(slots.begin(peer(1), kStart + 22s), 0u) << "between two requests, too";
}

TEST(UploadSlots, WhoeverHasHadItsTurnGoesBehindThoseWhoWait) {
    UploadSlots slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    slots.end(peer(1), kStart + 29s);
    EXPECT_EQ(slots.begin(peer(2), kStart + 29s), 1u);
    EXPECT_EQ(slots.begin(peer(1), kStart + 30s), 2u);
    EXPECT_EQ(slots.begin(peer(2), kStart + 30s), 0u);
}

TEST(UploadSlots, AloneItKeepsItsSlot) {
    UploadSlots slots(1);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(slots.begin(peer(1), kStart + i * 1s), 0u);
        slots.end(peer(1), kStart + i * 1s);
    }
}

TEST(UploadSlots, WhoeverAsksNoMoreLeavesTheQueue) {
    UploadSlots slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(2), kStart), 1u);
    EXPECT_EQ(slots.begin(peer(3), kStart), 2u);
    EXPECT_EQ(slots.begin(peer(3), kStart + 4s), 2u);
    EXPECT_EQ(slots.begin(peer(3), kStart + 6s), 1u);
}

TEST(UploadSlots, TheQueueIsBounded) {
    UploadSlots slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    for (std::size_t i = 0; i < UploadSlots::kQueueMax + 10; ++i) {
        PeerId other;
        other.hash.bytes[1] = static_cast<std::uint8_t>(i % 256);
        other.hash.bytes[2] = static_cast<std::uint8_t>(i / 256 + 1);
        EXPECT_GT(slots.begin(other, kStart), 0u);
    }
    EXPECT_EQ(slots.queued(), UploadSlots::kQueueMax);
}

TEST(UploadSlots, FewerSlotsHoldForWhoeverAsksNext) {
    UploadSlots slots(2);
    EXPECT_EQ(slots.begin(peer(1), kStart), 0u);
    EXPECT_EQ(slots.begin(peer(2), kStart), 0u);
    slots.set_slots(1);
    EXPECT_EQ(slots.begin(peer(1), kStart), 1u);
    EXPECT_EQ(slots.begin(peer(2), kStart), 0u);
}

}  // namespace
}  // namespace iwant::swarm
