#include "core/swarm/bans.h"

#include <gtest/gtest.h>

#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;

Hash256 content(std::uint8_t number) {
    return Hash256{{number}};
}

TEST(Bans, OneWrongContentMayBeAnAccident) {
    Bans bans;
    const PeerId peer = test::peer_number(1);
    EXPECT_FALSE(bans.strike(peer, content(1), Time{}));
    EXPECT_FALSE(bans.strike(peer, content(1), Time{} + 1s));
    EXPECT_FALSE(bans.until(peer));
    EXPECT_TRUE(bans.all(Time{} + 1s).empty());
}

TEST(Bans, ASecondWithinTheHourBansForAnHour) {
    Bans bans;
    const PeerId peer = test::peer_number(1);
    bans.strike(peer, content(1), Time{});
    EXPECT_TRUE(bans.strike(peer, content(2), Time{} + 59min));
    EXPECT_EQ(bans.until(peer), Time{} + 119min);
    EXPECT_EQ(bans.all(Time{} + 118min).size(), 1u);
    EXPECT_TRUE(bans.all(Time{} + 119min).empty());
}

TEST(Bans, WhatIsLongAgoDoesNotCount) {
    Bans bans;
    const PeerId peer = test::peer_number(1);
    bans.strike(peer, content(1), Time{});
    EXPECT_FALSE(bans.strike(peer, content(2), Time{} + 61min));
}

}  // namespace
}  // namespace iwant::swarm
