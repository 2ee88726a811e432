#include "core/cluster/test_cluster.h"

namespace iwant::cluster {
namespace {

using protocol::Goodbye;
using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::ClusterTest;
using test::peer;

TEST_F(ClusterTest, ANewNetworkIsAnnouncedOnAndDialledOnAtOnce) {
    follow_peer_two();
    tell(AddressGiven{address(9)});
    for (int second = 0; second < 20; ++second) {
        tell(DialFailed{address(9), {}, {}, {}});
        pass(seconds(1));
        hear(2, protocol::Pong{0, {4, peer(2)}});
    }
    actions.clear();
    tell(NetworkChanged{});
    EXPECT_EQ(all<Announce>().size(), 1u);
    EXPECT_EQ(all<Dial>().size(), 1u);
}

TEST_F(ClusterTest, ANewFollowerRegistersAtOnceAndDialsTheMembersOfTheRoster) {
    follow_peer_two();
    protocol::Roster roster;
    roster.view = {4, peer(2)};
    roster.members.resize(2);
    roster.members[0].peer = peer(1);
    roster.members[0].addresses = {address(1)};
    roster.members[1].peer = peer(5);
    roster.members[1].name = "five";
    roster.members[1].addresses = {address(5)};
    hear(2, roster);
    ASSERT_EQ(all<Dial>().size(), 1u);
    EXPECT_EQ(all<Dial>()[0].address, address(5));
    EXPECT_EQ(cluster.members().find(peer(5))->name, "five");
}

TEST_F(ClusterTest, ABrokenSessionToTheLeaderIsDialledOnceBeforeAnElection) {
    follow_peer_two();
    tell(SessionClosed{SessionId{2}, "reset"});
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
    ASSERT_EQ(all<Dial>().size(), 1u);
    open(12, 2, {4, peer(2)});
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
    EXPECT_EQ(sent<protocol::Register>(12).size(), 1u);

    tell(SessionClosed{SessionId{12}, "reset"});
    tell(DialFailed{address(2), peer(2), {}, {}});
    EXPECT_NE(cluster.leader_view().leader, peer(2));
}

TEST_F(ClusterTest, ALeaderThatDoesNotComeBackWithinThirdOfASecondIsReplaced) {
    follow_peer_two();
    tell(SessionClosed{SessionId{2}, "reset"});
    pass(milliseconds(299));
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
    pass(milliseconds(1));
    EXPECT_EQ(cluster.leader_view(), (LeaderView{5, peer(1)}));
}

TEST_F(ClusterTest, ASilentLeaderIsPingedThenDialledAndReplacedWhenItsMachineIsGone) {
    follow_peer_two();
    pass(milliseconds(2900));
    EXPECT_EQ(sent<protocol::Ping>(2).size(), 2u);
    EXPECT_TRUE(all<Dial>().empty());
    pass(milliseconds(200));
    EXPECT_EQ(all<Dial>().size(), 1u);
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
    pass(milliseconds(400));
    EXPECT_EQ(cluster.leader_view(), (LeaderView{5, peer(1)}));
    EXPECT_EQ(cluster.live_count(), 0u);
}

TEST_F(ClusterTest, ALeaderThatStandsStillIsKeptForSomeSecondsWhileItsMachineAnswers) {
    follow_peer_two();
    pass(milliseconds(3100));
    tell(DialReached{address(2), peer(2)});
    pass(milliseconds(4800));
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
    hear(2, protocol::Pong{2, {4, peer(2)}});
    pass(milliseconds(1400));
    EXPECT_EQ(cluster.leader_view().leader, peer(2));
}

TEST_F(ClusterTest, ALeaderWithAnotherInstanceLeadsNoMoreUntilItClaims) {
    follow_peer_two();
    SessionOpened opened;
    opened.session = SessionId{12};
    opened.peer = peer(2);
    opened.address = address(2);
    opened.hello.peer = peer(2);
    opened.hello.instance = 77;
    tell(opened);
    EXPECT_NE(cluster.leader_view().leader, peer(2));
}

TEST_F(ClusterTest, StoppingHandsOverToThePeerOfTheLongestSessionAndSaysGoodbye) {
    lead_with_followers();
    tell(StopAsked{});
    for (std::uint64_t session : {2, 3}) {
        const auto resigned = sent<protocol::LeaderResigns>(session);
        ASSERT_EQ(resigned.size(), 1u);
        EXPECT_EQ(resigned[0].successor, peer(2));
    }
    EXPECT_EQ(all<Disconnect>().size(), 2u);
    ASSERT_EQ(all<Announce>().size(), 1u);
    EXPECT_TRUE(all<Announce>()[0].goodbye);
    EXPECT_FALSE(cluster.next_deadline());
}

TEST_F(ClusterTest, ALeaderThatSleptStepsDownBeforeItAnswers) {
    lead_with_followers();
    now += seconds(60);
    cluster.advance(now);
    EXPECT_FALSE(cluster.leading());
    take();
    EXPECT_TRUE(all<Disconnect>().empty()) << "the silence was its own";
    enlist(3, {3, 0});
    ASSERT_EQ(sent<protocol::Registered>(3).size(), 1u);
    EXPECT_EQ(sent<protocol::Registered>(3)[0].verdict, protocol::Registered::Verdict::not_leader);
}

TEST_F(ClusterTest, ChangesThatTheirOwnerDidNotSealEndTheSessionUnread) {
    lead_with_followers();
    enlist(2, {2, 1});
    EntryChange change;
    change.version = 1;
    auto update = test::sealed(2, cluster.leader_view(), {2, 0, 1, false, {change}});
    update.delta.changes[0].entry.path = "Shared/not mine.txt";
    hear(2, update);
    EXPECT_TRUE(all<IndexChanges>().empty());
    ASSERT_EQ(all<Disconnect>().size(), 1u);
    EXPECT_EQ(all<Disconnect>()[0].session, SessionId{2});
    EXPECT_EQ(all<Disconnect>()[0].reason, Goodbye::Reason::protocol);
    enlist(3, {3, 1});
    hear(3, test::sealed(2, cluster.leader_view(), {3, 0, 1, false, {change}}));
    EXPECT_EQ(all<Disconnect>().size(), 2u) << "a seal of somebody else";
    EXPECT_TRUE(all<IndexChanges>().empty());
}

TEST_F(ClusterTest, AGoodbyeRemovesAnOwnersEntriesAtOnceAndABrokenSessionLater) {
    lead_with_followers();
    for (std::uint64_t session : {2, 3}) {
        enlist(static_cast<std::uint8_t>(session), {session, 1});
        EntryChange change;
        change.version = 1;
        const auto number = static_cast<std::uint8_t>(session);
        hear(session,
             test::sealed(number, cluster.leader_view(), {session, 0, 1, false, {change}}));
    }
    EXPECT_EQ(all<IndexChanges>().size(), 2u);
    EXPECT_EQ(cluster.coverage(), (protocol::Coverage{3, 3}));
    hear(2, Goodbye{Goodbye::Reason::stopping});
    ASSERT_EQ(all<IndexForget>().size(), 1u);
    EXPECT_EQ(all<IndexForget>()[0].owner, peer(2));
    EXPECT_EQ(cluster.coverage(), (protocol::Coverage{2, 2}));
    tell(SessionClosed{SessionId{3}, "reset"});
    EXPECT_EQ(all<IndexForget>().size(), 1u);
    pass(seconds(11));
    EXPECT_EQ(all<IndexForget>().size(), 2u);
}

TEST_F(ClusterTest, TheLastWordsOfARunThatIsOverProveNoTwin) {
    const auto run = [&](std::uint64_t session, std::uint64_t instance, Duration took) {
        SessionOpened opened;
        opened.session = SessionId{session};
        opened.peer = opened.hello.peer = peer(2);
        opened.address = address(2);
        opened.hello.instance = instance;
        opened.took = took;
        tell(opened);
    };
    run(2, 7, seconds(0));
    pass(seconds(3));
    run(3, 8, seconds(0));
    pass(seconds(1));
    run(4, 7, seconds(2));
    ASSERT_EQ(all<Disconnect>().size(), 2u);
    EXPECT_EQ(all<Disconnect>()[0].session, SessionId{2}) << "it was started again";
    EXPECT_EQ(all<Disconnect>()[1].session, SessionId{4});
    EXPECT_EQ(all<Disconnect>()[1].reason, Goodbye::Reason::duplicate);
    pass(seconds(1));
    run(5, 7, seconds(0));
    ASSERT_EQ(all<Disconnect>().size(), 4u) << "now there are two";
    EXPECT_EQ(all<Disconnect>()[3].reason, Goodbye::Reason::identity);
}

TEST_F(ClusterTest, WhoCameToUsLateIsMissedForHalfAMinuteUnlessItRegisters) {
    lead_with_followers();
    const auto say_for = [&](Duration time, LeaderView view) {
        for (Duration passed{}; passed < time; passed += seconds(5)) {
            for (const std::uint64_t session : {2, 3})
                hear(session, protocol::Pong{0, cluster.leader_view()});
            hear(4, protocol::Pong{0, view});
            pass(seconds(5));
        }
    };
    open(4, 4, {1, peer(5)});
    say_for(seconds(40), {1, peer(5)});
    ASSERT_TRUE(cluster.leading());
    EXPECT_EQ(cluster.coverage().known, 4u) << "it tells another leader";
    say_for(seconds(25), cluster.leader_view());
    EXPECT_EQ(cluster.coverage(), (protocol::Coverage{4, 3}));
    say_for(seconds(10), cluster.leader_view());
    EXPECT_EQ(cluster.coverage(), (protocol::Coverage{3, 3})) << "it tells nobody anything";
}

TEST_F(ClusterTest, AnAnnouncementOfAPeerCausesOneDial) {
    pass(seconds(5));
    actions.clear();
    for (int i = 0; i < 50; ++i) {
        tell(AnnouncementHeard{peer(9), address(9), 1, false, {}, 0});
        pass(milliseconds(10));
    }
    EXPECT_EQ(all<Dial>().size(), 1u);
    tell(AnnouncementHeard{peer(1), address(1), 1, false, {}, 0});
    EXPECT_EQ(all<Dial>().size(), 1u) << "we heard ourselves";
}

TEST_F(ClusterTest, BeyondTheMeshOnlyTheNeededAreDialled) {
    for (std::uint8_t i = 0; i < 32; ++i) open(100 + i, static_cast<std::uint8_t>(50 + i));
    pass(seconds(2));
    actions.clear();
    tell(AnnouncementHeard{peer(9), address(9), 1, false, {}, 0});
    EXPECT_TRUE(all<Dial>().empty());
    cluster.need(peer(9), now);
    take();
    EXPECT_EQ(all<Dial>().size(), 1u);
}

TEST_F(ClusterTest, APeerWithoutALeaderLearnsWhereOursIs) {
    follow_peer_two();
    open(3, 3);
    const auto hints = sent<protocol::Roster>(3);
    ASSERT_EQ(hints.size(), 1u);
    EXPECT_EQ(hints[0].members[0].peer, peer(2));
    EXPECT_EQ(hints[0].members[0].addresses, std::vector{address(2)});
}

TEST_F(ClusterTest, FollowersGetTheRosterWithinAFractionOfASecond) {
    lead_with_followers();
    open(4, 4);
    pass(milliseconds(210));
    ASSERT_EQ(sent<protocol::Roster>(2).size(), 1u);
    const auto news = sent<protocol::Roster>(2)[0];
    ASSERT_EQ(news.members.size(), 1u) << "only what changed";
    EXPECT_EQ(news.members[0].peer, peer(4));
    EXPECT_FALSE(news.first);
    EXPECT_TRUE(sent<protocol::Roster>(4).empty()) << "not a follower yet";
    enlist(4, {4, 0});
    ASSERT_EQ(sent<protocol::Roster>(4).size(), 1u);
    EXPECT_EQ(sent<protocol::Roster>(4)[0].members.size(), 4u);
    EXPECT_TRUE(sent<protocol::Roster>(4)[0].first);
}

TEST_F(ClusterTest, AClaimForSomebodyElseMeansNothing) {
    open(2, 2);
    hear(2, protocol::LeaderClaim{{9, peer(3)}, 5});
    EXPECT_NE(cluster.leader_view().leader, peer(3));
}

}  // namespace
}  // namespace iwant::cluster
