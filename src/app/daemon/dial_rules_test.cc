#include "app/daemon/dial_rules.h"

#include <utility>

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using platform::Interface;

Interface interface(const std::string& name, unsigned index,
                    std::vector<platform::InterfaceAddress> addresses) {
    Interface made;
    made.name = name;
    made.index = index;
    made.up = true;
    made.loopback = name == "lo";
    made.addresses = std::move(addresses);
    return made;
}

std::vector<Interface> computer() {
    return {interface("lo", 1, {{"127.0.0.1", false, 8, ""}, {"::1", true, 128, ""}}),
            interface("eth0", 2, {{"10.77.0.3", false, 24, ""}, {"fd00::3", true, 64, ""}}),
            interface("eth1", 3, {{"192.168.5.3", false, 24, ""}})};
}

TEST(DialRules, WithoutNamedInterfacesEverybodyMayBeDialled) {
    EXPECT_TRUE(may_dial("10.77.0.9", {}, computer()));
    EXPECT_TRUE(may_dial("203.0.113.9", {}, computer()));
}

TEST(DialRules, OnLoopbackAloneNobodyElseIsDialled) {
    EXPECT_TRUE(may_dial("127.0.0.1", {"lo"}, computer()));
    EXPECT_TRUE(may_dial("::1", {"127.0.0.1"}, computer()));
    EXPECT_FALSE(may_dial("10.77.0.9", {"lo"}, computer()));
    EXPECT_FALSE(may_dial("203.0.113.9", {"lo"}, computer()));
    EXPECT_FALSE(may_dial("fd00::9", {"lo"}, computer()));
}

TEST(DialRules, ANamedInterfaceReachesItsLinkAndWhatLiesBehindIt) {
    EXPECT_TRUE(may_dial("10.77.0.9", {"eth0"}, computer()));
    EXPECT_TRUE(may_dial("fd00::9", {"10.77.0.3"}, computer()));
    EXPECT_TRUE(may_dial("203.0.113.9", {"eth0"}, computer()));
    EXPECT_FALSE(may_dial("192.168.5.9", {"eth0"}, computer()));
    EXPECT_TRUE(may_dial("192.168.5.9", {"eth0", "eth1"}, computer()));
}

TEST(DialRules, ThePrefixIsComparedToItsLastBit) {
    const Interface small = interface("eth0", 2, {{"10.0.0.5", false, 29, ""}});
    const Interface other = interface("eth1", 3, {{"10.0.0.9", false, 29, ""}});
    EXPECT_TRUE(may_dial("10.0.0.7", {"eth0"}, {small, other}));
    EXPECT_FALSE(may_dial("10.0.0.8", {"eth0"}, {small, other}));
}

TEST(DialRules, NamesThatTheUserTypedAreLeftToTheSystem) {
    EXPECT_TRUE(may_dial("localhost", {"lo"}, computer()));
}

}  // namespace
}  // namespace iwant::daemon
