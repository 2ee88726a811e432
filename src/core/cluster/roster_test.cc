#include "core/cluster/roster.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"
#include "core/protocol/limits.h"

namespace iwant::cluster {
namespace {

using test::address;
using test::peer;

TEST(Roster, ALongListTakesSeveralMessages) {
    const std::vector<protocol::Member> members(protocol::kRosterMembersMax * 2 + 1);
    const auto rosters = make_rosters({1, peer(1)}, 4, RosterKind::whole, members);
    ASSERT_EQ(rosters.size(), 3u);
    EXPECT_TRUE(rosters[0].first);
    EXPECT_FALSE(rosters[0].last);
    EXPECT_FALSE(rosters[1].first);
    EXPECT_TRUE(rosters[2].last);
    EXPECT_EQ(rosters[2].members.size(), 1u);
}

TEST(Roster, AnEmptyListIsStillAMessage) {
    const auto rosters = make_rosters({1, peer(1)}, 4, RosterKind::whole, {});
    ASSERT_EQ(rosters.size(), 1u);
    EXPECT_TRUE(rosters[0].first && rosters[0].last);
}

TEST(Roster, AddressesThatMeanNothingElsewhereAreLeftOut) {
    KnownMember known;
    known.addresses = {{"fe80::1%eth0", 4926}, address(2)};
    EXPECT_EQ(describe(peer(2), known).addresses, std::vector{address(2)});
}

TEST(MemberList, TheAddressThatWorkedComesFirstAndHintsComeLast) {
    MemberList members;
    members.said_to_be_at(peer(2), address(3));
    members.reached_at(peer(2), address(4));
    members.said_to_be_at(peer(2), address(5));
    members.reached_at(peer(2), address(3));
    const std::vector expected{address(3), address(4), address(5)};
    EXPECT_EQ(members.find(peer(2))->addresses, expected);
    for (std::uint8_t i = 10; i < 40; ++i) members.said_to_be_at(peer(2), address(i));
    EXPECT_EQ(members.find(peer(2))->addresses.size(), protocol::kAddressesPerMemberMax);
}

TEST(MemberList, OnlyTheLatestRosterSaysWhoIsOnline) {
    MemberList members;
    protocol::Member member;
    member.peer = peer(2);
    members.told(member);
    EXPECT_TRUE(members.find(peer(2))->online_at_leader);
    members.forget_roster();
    EXPECT_FALSE(members.find(peer(2))->online_at_leader);
}

}  // namespace
}  // namespace iwant::cluster
