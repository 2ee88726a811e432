#include "core/cluster/flap_memory.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"

namespace iwant::cluster {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::peer;

TEST(FlapMemory, OneLossIsForgivenASecondWithinTenMinutesBarsForHalfAnHour) {
    FlapMemory memory;
    memory.lost_lead(peer(1), Time{});
    EXPECT_FALSE(memory.barred(peer(1), Time{}));
    memory.lost_lead(peer(1), Time{} + minutes(9));
    EXPECT_TRUE(memory.barred(peer(1), Time{} + minutes(38)));
    EXPECT_FALSE(memory.barred(peer(1), Time{} + minutes(39)));
    EXPECT_FALSE(memory.barred(peer(2), Time{} + minutes(9)));
}

TEST(FlapMemory, LossesFarApartAreNotFlapping) {
    FlapMemory memory;
    for (int i = 0; i < 20; ++i) memory.lost_lead(peer(1), Time{} + i * minutes(11));
    EXPECT_FALSE(memory.barred(peer(1), Time{} + 19 * minutes(11)));
}

TEST(FlapMemory, EachBarIsTwiceTheOneBeforeUpToSixHours) {
    FlapMemory memory;
    Time now{};
    memory.lost_lead(peer(1), now);
    for (const Duration bar : {Duration(minutes(30)), Duration(hours(1)), Duration(hours(2)),
                               Duration(hours(4)), Duration(hours(6)), Duration(hours(6))}) {
        memory.lost_lead(peer(1), now);
        EXPECT_TRUE(memory.barred(peer(1), now + bar - minutes(1)));
        EXPECT_FALSE(memory.barred(peer(1), now + bar));
    }
}

TEST(FlapMemory, IsBoundedAndForgetsTheOldestFirst) {
    FlapMemory memory;
    memory.bar(peer(1), Time{} + hours(1));
    for (std::uint32_t i = 0; i < 5000; ++i) {
        PeerId id = peer(7);
        id.hash.bytes[1] = static_cast<std::uint8_t>(i);
        id.hash.bytes[2] = static_cast<std::uint8_t>(i >> 8);
        memory.lost_lead(id, Time{} + std::chrono::milliseconds(i));
    }
    EXPECT_LE(memory.size(), 1024u);
    EXPECT_TRUE(memory.barred(peer(1), Time{} + hours(2)));
}

}  // namespace
}  // namespace iwant::cluster
