#include "io/net/interface_choice.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace iwant::net {
namespace {

platform::InterfaceAddress ipv4(const std::string& address, unsigned bits,
                                const std::string& broadcast) {
    return {address, false, bits, broadcast};
}
platform::InterfaceAddress ipv6(const std::string& address, unsigned bits) {
    return {address, true, bits, {}};
}

platform::Interface interface(const std::string& name, unsigned index) {
    platform::Interface made;
    made.name = name;
    made.index = index;
    made.up = made.multicast = true;
    const std::string subnet = "10.0." + std::to_string(index) + ".";
    made.addresses = {ipv4(subnet + "7", 24, subnet + "255")};
    return made;
}

platform::Interface loopback() {
    platform::Interface made = interface("lo", 1);
    made.loopback = true;
    made.multicast = false;
    made.addresses = {ipv4("127.0.0.1", 8, ""), ipv6("::1", 128)};
    return made;
}

platform::Interface vpn() {
    platform::Interface made = interface("tun0", 9);
    made.point_to_point = true;
    return made;
}

std::vector<std::string> used(const std::vector<platform::Interface>& interfaces,
                              const std::vector<std::string>& wanted) {
    std::vector<std::string> names;
    for (const auto& choice : choose_interfaces(interfaces, wanted)) {
        if (choice.used()) names.push_back(choice.interface.name);
    }
    return names;
}

using Names = std::vector<std::string>;

TEST(InterfaceChoiceTest, EveryNetworkIsUsedAndNobodyIsAsked) {
    EXPECT_EQ((Names{"eth0", "wlan0"}),
              used({loopback(), interface("eth0", 2), interface("wlan0", 3)}, {}));
}

TEST(InterfaceChoiceTest, BridgesOfContainersAndVpnsAreLeftAlone) {
    const std::vector<platform::Interface> all = {
        interface("docker0", 2), interface("br-0123456789ab", 3), interface("virbr0", 4), vpn(),
        interface("eth0", 5)};
    EXPECT_EQ(Names{"eth0"}, used(all, {}));
}

TEST(InterfaceChoiceTest, BridgesMadeByPeopleAreNetworks) {
    EXPECT_EQ((Names{"br0", "br-lan", "veth12"}),
              used({interface("br0", 2), interface("br-lan", 3), interface("veth12", 4)}, {}));
}

TEST(InterfaceChoiceTest, VpnServesWhenThereIsNothingElse) {
    EXPECT_EQ(Names{"tun0"}, used({loopback(), vpn()}, {}));
    EXPECT_EQ(Names{}, used({loopback()}, {})) << "loopback never does";
}

TEST(InterfaceChoiceTest, NamedOnesAndNoOthersAreUsed) {
    const std::vector<platform::Interface> all = {loopback(), interface("eth0", 2), vpn()};
    EXPECT_EQ(Names{"tun0"}, used(all, {"tun0"}));
    EXPECT_EQ(Names{"lo"}, used(all, {"127.0.0.1"}));
    EXPECT_EQ(Names{"lo"}, used(all, {"::1"}));
    EXPECT_EQ((Names{"lo", "eth0"}), used(all, {"lo", "10.0.2.7"}));
    EXPECT_EQ(Names{}, used(all, {"eth1"}));
}

TEST(InterfaceChoiceTest, WhatIsDownOrBareSaysWhy) {
    platform::Interface down = interface("eth0", 2);
    down.up = false;
    platform::Interface bare = interface("eth1", 3);
    bare.addresses.clear();
    const auto choices = choose_interfaces({down, bare}, {});
    EXPECT_EQ("it is down", choices[0].why_not);
    EXPECT_EQ("it has no address", choices[1].why_not);
    down.enabled = true;
    EXPECT_EQ("it has no carrier (no cable, no Wi-Fi)",
              choose_interfaces({down}, {}).front().why_not);
}

TEST(OnLinkTest, NeighboursAreInsideThePrefix) {
    platform::Interface eth = interface("eth0", 2);
    eth.addresses.push_back(ipv6("fd00::7", 64));
    EXPECT_TRUE(is_on_link(eth, "10.0.2.200"));
    EXPECT_TRUE(is_on_link(eth, "fd00::99"));
    EXPECT_TRUE(is_on_link(eth, "fe80::1%eth0"));
    EXPECT_FALSE(is_on_link(eth, "10.0.3.200"));
    EXPECT_FALSE(is_on_link(eth, "8.8.8.8"));
    EXPECT_FALSE(is_on_link(eth, "fd00:1::99"));
    EXPECT_FALSE(is_on_link(eth, "127.0.0.1"));
}

TEST(OnLinkTest, GroupsBroadcastsAndNonsenseAreNobody) {
    const platform::Interface eth = interface("eth0", 2);
    for (const char* host : {"10.0.2.255", "224.0.0.1", "0.0.0.0", "::", "ff02::1", "nonsense", "",
                             "255.255.255.255"}) {
        EXPECT_FALSE(is_on_link(eth, host)) << host;
    }
}

}  // namespace
}  // namespace iwant::net
