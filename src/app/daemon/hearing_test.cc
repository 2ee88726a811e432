#include "app/daemon/hearing.h"

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using net::Channel;
using std::chrono::seconds;

constexpr Time kNow{seconds(1000)};

PeerId peer(std::uint32_t number) {
    PeerId id;
    id.hash.bytes[0] = static_cast<std::uint8_t>(number >> 16);
    id.hash.bytes[1] = static_cast<std::uint8_t>(number >> 8);
    id.hash.bytes[2] = static_cast<std::uint8_t>(number);
    return id;
}

TEST(Hearing, RemembersEachChannelByItself) {
    Hearing hearing;
    EXPECT_EQ(hearing.of(peer(1)), nullptr);
    hearing.note(peer(1), {"192.0.2.1", Channel::multicast4, "eth0"}, 4926, kNow);
    hearing.note_again(peer(1), {"192.0.2.1", Channel::broadcast, "eth0"}, kNow + seconds(5));
    hearing.note_again(peer(2), {"192.0.2.1", Channel::broadcast, "eth0"}, kNow);
    EXPECT_EQ(hearing.of(peer(2)), nullptr) << "never heard before";
    const Hearing::Heard* heard = hearing.of(peer(1));
    ASSERT_NE(heard, nullptr);
    EXPECT_EQ(heard->on(Channel::multicast4), kNow);
    EXPECT_EQ(heard->on(Channel::broadcast), kNow + seconds(5));
    EXPECT_FALSE(heard->on(Channel::multicast6));
    EXPECT_EQ(heard->latest(), kNow + seconds(5));
    EXPECT_EQ(heard->addresses(), (std::vector<protocol::Address>{{"192.0.2.1", 4926}}));
    hearing.note_again(peer(1), {"fe80::1%eth0", Channel::multicast6, "eth0"}, kNow + seconds(5));
    EXPECT_EQ(heard->addresses().size(), 2U);
    EXPECT_EQ(hearing.lately(kNow + seconds(5)).size(), 1U);
    EXPECT_TRUE(hearing.lately(kNow + seconds(6)).empty());
}

TEST(Hearing, CountsWhoWasHeardLately) {
    Hearing hearing;
    hearing.note(peer(1), {"192.0.2.1", Channel::multicast4, "eth0"}, 4926, kNow);
    hearing.note(peer(2), {"192.0.2.2", Channel::multicast4, "eth0"}, 4926, kNow + seconds(60));
    hearing.note(peer(3), {"198.51.100.3", Channel::multicast4, "eth1"}, 4926, kNow + seconds(60));
    EXPECT_EQ(hearing.count("eth0", Channel::multicast4, kNow), 2U);
    EXPECT_EQ(hearing.count("eth0", Channel::multicast4, kNow + seconds(1)), 1U);
    EXPECT_EQ(hearing.count("eth0", Channel::broadcast, kNow), 0U);
}

TEST(Hearing, ForgetsWhoWasLongestNotHeardWhenThereAreTooMany) {
    Hearing hearing;
    for (std::uint32_t i = 0; i <= Hearing::kPeersMax; ++i) {
        hearing.note(peer(i), {"192.0.2.1", Channel::direct, "eth0"}, 4926, kNow + seconds(i));
    }
    EXPECT_EQ(hearing.of(peer(0)), nullptr);
    EXPECT_NE(hearing.of(peer(1)), nullptr);
}

}  // namespace
}  // namespace iwant::daemon
