#include "app/daemon/dial_rules.h"

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

using platform::Interface;

std::vector<Interface> computer() {
    Interface lo{.name = "lo", .index = 1, .up = true, .loopback = true};
    lo.addresses = {{"127.0.0.1", false, 8, ""}, {"::1", true, 128, ""}};
    Interface lan{.name = "eth0", .index = 2, .up = true};
    lan.addresses = {{"10.77.0.3", false, 24, "10.77.0.255"}, {"fd00::3", true, 64, ""}};
    Interface lab{.name = "eth1", .index = 3, .up = true};
    lab.addresses = {{"192.168.5.3", false, 24, "192.168.5.255"}};
    return {lo, lan, lab};
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
    Interface small{.name = "eth0", .index = 2, .up = true};
    small.addresses = {{"10.0.0.5", false, 29, ""}};
    Interface other{.name = "eth1", .index = 3, .up = true};
    other.addresses = {{"10.0.0.9", false, 29, ""}};
    EXPECT_TRUE(may_dial("10.0.0.7", {"eth0"}, {small, other}));
    EXPECT_FALSE(may_dial("10.0.0.8", {"eth0"}, {small, other}));
}

TEST(DialRules, NamesThatTheUserTypedAreLeftToTheSystem) {
    EXPECT_TRUE(may_dial("localhost", {"lo"}, computer()));
}

}  // namespace
}  // namespace iwant::daemon
