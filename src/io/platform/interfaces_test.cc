#include "io/platform/interfaces.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <poll.h>

namespace iwant::platform {
namespace {

TEST(Interfaces, ListsTheLoopbackWithItsAddress) {
    const auto interfaces = list_interfaces();
    ASSERT_TRUE(interfaces);
    const auto loopback = std::find_if(interfaces->begin(), interfaces->end(),
                                       [](const Interface& each) { return each.loopback; });
    ASSERT_NE(loopback, interfaces->end());
    EXPECT_GT(loopback->index, 0u);
    EXPECT_FALSE(loopback->name.empty());
    if (!loopback->up) GTEST_SKIP() << "skipped: the loopback interface is down here";
    const auto address =
        std::find_if(loopback->addresses.begin(), loopback->addresses.end(),
                     [](const InterfaceAddress& each) { return each.address == "127.0.0.1"; });
    ASSERT_NE(address, loopback->addresses.end());
    EXPECT_EQ(address->prefix_bits, 8u);
    EXPECT_FALSE(address->ipv6);
}

TEST(Interfaces, TheWatchIsQuietWhileNothingChanges) {
    auto watch = InterfaceWatch::open();
    ASSERT_TRUE(watch);
    pollfd polled{watch->descriptor(), POLLIN, 0};
    EXPECT_GE(::poll(&polled, 1, 0), 0);
    watch->drain();
    EXPECT_EQ(::poll(&polled, 1, 0), 0);
}

}  // namespace
}  // namespace iwant::platform
