#include "io/net/discovery.h"

#include <algorithm>

#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include "core/protocol/limits.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Bytes = std::vector<std::uint8_t>;

class RecordingDiscovery final : public DiscoveryListener {
  public:
    void datagram_heard(std::span<const std::uint8_t> datagram, const Arrival& arrival) override {
        heard.emplace_back(Bytes(datagram.begin(), datagram.end()), arrival);
    }
    void network_changed() override { ++changes; }

    bool has(const Bytes& datagram) const {
        return std::ranges::any_of(heard, [&](const auto& one) { return one.first == datagram; });
    }

    std::vector<std::pair<Bytes, Arrival>> heard;
    int changes = 0;
};

/// A port of our own, so that no daemon of this machine takes part.
std::uint16_t free_port(asio::io_context& context) {
    udp::socket socket(context, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    return socket.local_endpoint().port();
}

/// Two peers of one host that share a port on loopback.
class DiscoveryTest : public testing::Test {
  protected:
    DiscoveryOptions options() const { return {{"lo"}, port_}; }

    void open_both() {
        ASSERT_TRUE(ann_.open().has_value());
        ASSERT_TRUE(bob_.open().has_value());
    }

    /// Straight to the port, as a stranger on this host would.
    void send_raw(const Bytes& datagram) {
        udp::socket socket(context_, udp::endpoint(asio::ip::address_v4::loopback(), 0));
        socket.send_to(asio::buffer(datagram),
                       udp::endpoint(asio::ip::address_v4::loopback(), port_));
    }

    asio::io_context context_;
    NullLogger logger_;
    std::uint16_t port_ = free_port(context_);
    RecordingDiscovery ann_heard_;
    RecordingDiscovery bob_heard_;
    Discovery ann_{context_, options(), ann_heard_, logger_};
    Discovery bob_{context_, options(), bob_heard_, logger_};
};

TEST_F(DiscoveryTest, PeersOfOneHostAllHearMulticast) {
    open_both();
    const Bytes hello = {1, 2, 3};
    ann_.send(hello);
    ASSERT_TRUE(
        run_until(context_, [&] { return ann_heard_.has(hello) && bob_heard_.has(hello); }));
    for (const auto& [datagram, arrival] : bob_heard_.heard) {
        EXPECT_EQ("127.0.0.1", arrival.host);
        EXPECT_EQ("lo", arrival.interface);
        EXPECT_EQ("multicast-ipv4", name_of(arrival.channel));
    }
}

TEST_F(DiscoveryTest, TellsHowEachInterfaceFares) {
    open_both();
    ann_.send(Bytes{1});
    ASSERT_TRUE(run_until(context_, [&] { return ann_heard_.has(Bytes{1}); }));
    bool found = false;
    for (const InterfaceUse& use : ann_.interfaces()) {
        EXPECT_EQ(use.name == "lo", use.used) << use.name;
        if (!use.used) {
            EXPECT_FALSE(use.why_not.empty());
            continue;
        }
        found = true;
        EXPECT_TRUE(use.enabled && use.carrier);
        const ChannelUse& multicast = use.on(Channel::multicast4);
        EXPECT_TRUE(multicast.possible && multicast.joined);
        EXPECT_GE(multicast.sent, 1u);
        EXPECT_GE(multicast.heard, 1u);
        EXPECT_EQ("", multicast.last_error);
        EXPECT_FALSE(use.on(Channel::broadcast).possible) << "loopback has none";
        EXPECT_TRUE(std::ranges::count(use.addresses, "127.0.0.1") == 1);
    }
    EXPECT_TRUE(found);
}

TEST_F(DiscoveryTest, WhatIsSentToUsAloneIsNotTakenForMulticast) {
    ASSERT_TRUE(ann_.open().has_value());
    send_raw({7});
    ASSERT_TRUE(run_until(context_, [&] { return ann_heard_.has({7}); }));
    EXPECT_EQ("direct", name_of(ann_heard_.heard.front().second.channel));
}

TEST_F(DiscoveryTest, TooLongDatagramsAreDroppedUnread) {
    ASSERT_TRUE(ann_.open().has_value());
    const Bytes largest(protocol::kDatagramBytesMax, 1);
    send_raw(Bytes(protocol::kDatagramBytesMax + 1, 2));
    send_raw(Bytes(60'000, 3));
    send_raw(largest);
    ASSERT_TRUE(run_until(context_, [&] { return ann_heard_.has(largest); }));
    EXPECT_EQ(1u, ann_heard_.heard.size());
}

TEST_F(DiscoveryTest, EmptyDatagramDoesNoHarm) {
    ASSERT_TRUE(ann_.open().has_value());
    send_raw({});
    send_raw({9});
    EXPECT_TRUE(run_until(context_, [&] { return ann_heard_.has({9}); }));
}

TEST_F(DiscoveryTest, FloodFromOneSourceIsCutOff) {
    ASSERT_TRUE(ann_.open().has_value());
    for (int i = 0; i < 1000; ++i) send_raw({static_cast<std::uint8_t>(i)});
    ASSERT_TRUE(run_until(context_, [&] { return ann_heard_.heard.size() >= 50; }));
    // All that waits in the socket is taken now; what one second allows has been heard.
    const std::size_t heard = ann_heard_.heard.size();
    context_.restart();
    context_.poll();
    EXPECT_LE(ann_heard_.heard.size(), heard + 50);
    EXPECT_LT(ann_heard_.heard.size(), 500u);
}

TEST_F(DiscoveryTest, ClosedDiscoveryHearsAndSendsNothing) {
    open_both();
    bob_.close();
    ann_.send(Bytes{1});
    ASSERT_TRUE(run_until(context_, [&] { return ann_heard_.has(Bytes{1}); }));
    bob_.send(Bytes{2});
    context_.poll();
    EXPECT_TRUE(bob_heard_.heard.empty());
    EXPECT_FALSE(ann_heard_.has(Bytes{2}));
}

TEST_F(DiscoveryTest, UnknownInterfaceIsNoErrorAndSendsNowhere) {
    Discovery nowhere(context_, {{"no-such-interface"}, port_}, ann_heard_, logger_);
    ASSERT_TRUE(nowhere.open().has_value());
    nowhere.send(Bytes{1});
    context_.poll();
    EXPECT_TRUE(ann_heard_.heard.empty());
}

}  // namespace
}  // namespace iwant::net
