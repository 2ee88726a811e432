#include "core/cluster/cluster.h"

#include <gtest/gtest.h>

#include "core/cluster/test_peers.h"
#include "core/protocol/limits.h"
#include "core/protocol/statement.h"

namespace iwant::cluster {
namespace {

using protocol::Goodbye;
using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::peer;

/// One cluster that is peer 1, and the others by what they send.
class ClusterTest : public testing::Test {
  protected:
    void pass(Duration time) {
        const Time end = now + time;
        while (const auto due = cluster.next_deadline()) {
            if (*due > end) break;
            now = std::max(now, *due);
            cluster.advance(now);
            take();
        }
        now = end;
        cluster.advance(now);
        take();
    }
    void take() {
        for (auto& action : cluster.take_actions()) actions.push_back(std::move(action));
    }
    template <class Event>
    void tell(const Event& event) {
        cluster.advance(now);
        cluster.handle(event, now);
        take();
    }
    void open(std::uint64_t session, std::uint8_t from, LeaderView view = {}) {
        SessionOpened opened;
        opened.session = SessionId{session};
        opened.peer = peer(from);
        opened.address = address(from);
        opened.key = test::signatory(from).public_key();
        opened.hello.peer = peer(from);
        opened.hello.instance = from;
        opened.hello.leader = view;
        tell(opened);
    }
    void hear(std::uint64_t session, protocol::Message message) {
        tell(MessageReceived{SessionId{session}, std::move(message)});
    }
    /// All actions of a kind since the last call of clear.
    template <class T>
    std::vector<T> all() const {
        std::vector<T> found;
        for (const auto& action : actions) {
            if (const auto* one = std::get_if<T>(&action)) found.push_back(*one);
        }
        return found;
    }
    template <class T>
    std::vector<T> sent(std::uint64_t session) const {
        std::vector<T> found;
        for (const auto& send : all<Send>()) {
            const auto* message = std::get_if<T>(&send.message);
            if (send.session == SessionId{session} && message != nullptr) found.push_back(*message);
        }
        return found;
    }
    /// The peer of the session's number registers, signed.
    void enlist(std::uint8_t from, CatalogState catalog) {
        protocol::Register message{cluster.leader_view(), catalog, 1, 1, ++sequence, {}};
        message.signature = test::signatory(from).sign(
            protocol::registration_statement(message.view, message.sequence));
        hear(from, std::move(message));
    }
    void lead_with_followers() {
        pass(seconds(1));
        for (std::uint8_t i = 2; i <= 3; ++i) {
            open(i, i);
            enlist(i, {i, 0});
            pass(seconds(1));
        }
        ASSERT_TRUE(cluster.leading());
        ASSERT_EQ(cluster.followers(), 2u);
        actions.clear();
    }
    void follow_peer_two() {
        open(2, 2, {4, peer(2)});
        ASSERT_EQ(cluster.leader_view(), (LeaderView{4, peer(2)}));
        actions.clear();
    }

    NullLogger logger;
    Time now{};
    TestSignatory signatory = test::signatory(1);
    Cluster cluster{{peer(1), 1, "one", "test"}, signatory, Prng(1), logger, Time{}};
    std::uint64_t sequence = 0;
    std::vector<Action> actions;
};

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

TEST_F(ClusterTest, AGoodbyeRemovesAnOwnersEntriesAtOnceAndABrokenSessionLater) {
    lead_with_followers();
    for (std::uint64_t session : {2, 3}) {
        enlist(static_cast<std::uint8_t>(session), {session, 1});
        EntryChange change;
        change.version = 1;
        hear(session,
             protocol::CatalogUpdate{cluster.leader_view(), {session, 0, 1, false, {change}}});
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

TEST_F(ClusterTest, ARegistrationWithoutItsSignatureEndsTheSession) {
    lead_with_followers();
    open(4, 4);
    hear(4, protocol::Register{cluster.leader_view(), {4, 0}, 0, 0, 1, {}});
    EXPECT_EQ(all<Disconnect>().size(), 1u);
    EXPECT_EQ(cluster.followers(), 2u);
}

TEST_F(ClusterTest, FollowersHearWhoStandsByInTheOrderOfTheirSessions) {
    lead_with_followers();
    pass(seconds(6));
    open(4, 4);
    enlist(4, {4, 0});
    pass(seconds(6));
    EXPECT_EQ(cluster.standbys(), (std::vector{peer(2), peer(3), peer(4)}));
    const auto told = sent<protocol::Standbys>(4);
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back().members.size(), 3u);
    EXPECT_EQ(told.back().members[0].peer, peer(2));
    tell(SessionClosed{SessionId{2}, "reset"});
    pass(milliseconds(10));
    EXPECT_EQ(cluster.standbys(), (std::vector{peer(3), peer(4)}));
}

TEST_F(ClusterTest, AFollowerRegistersWithTheStandbysAsWithTheLeader) {
    follow_peer_two();
    protocol::Standbys standbys;
    standbys.view = {4, peer(2)};
    standbys.members.resize(1);
    standbys.members[0].peer = peer(3);
    standbys.members[0].addresses = {address(3)};
    hear(2, standbys);
    ASSERT_EQ(all<Dial>().size(), 1u);
    open(3, 3, {4, peer(2)});
    ASSERT_EQ(sent<protocol::Register>(3).size(), 1u);
    EXPECT_TRUE(cluster.standby_sessions().empty());
    hear(3, protocol::Registered{{4, peer(2)}, protocol::Registered::Verdict::accepted, {}});
    EXPECT_EQ(cluster.standby_sessions(), std::vector{SessionId{3}});
}

TEST_F(ClusterTest, AStandbyKeepsTheCataloguesOfOthersAndIsCompleteAsSoonAsItLeads) {
    follow_peer_two();
    open(3, 3, {4, peer(2)});
    protocol::Standbys standbys;
    standbys.view = {4, peer(2)};
    standbys.members.resize(1);
    standbys.members[0].peer = peer(1);
    hear(2, standbys);
    EXPECT_TRUE(cluster.is_standby());
    enlist(3, {3, 1});
    EntryChange change;
    change.version = 1;
    hear(3, protocol::CatalogUpdate{cluster.leader_view(), {3, 0, 1, false, {change}}, {}});
    EXPECT_EQ(all<IndexChanges>().size(), 1u);
    tell(SessionClosed{SessionId{2}, "reset"});
    tell(DialFailed{address(2), peer(2), {}, {}});
    hear(3, protocol::PreVote{{4, peer(2)}, true});
    EXPECT_TRUE(cluster.leading());
    EXPECT_EQ(cluster.coverage(), (protocol::Coverage{2, 2}));
}

TEST_F(ClusterTest, WhoHasNoLeaderOrASilentOneVotesForAnother) {
    follow_peer_two();
    open(3, 3, {4, peer(2)});
    hear(3, protocol::PreVoteRequest{{4, peer(2)}});
    ASSERT_EQ(sent<protocol::PreVote>(3).size(), 1u);
    EXPECT_FALSE(sent<protocol::PreVote>(3)[0].lost);
    tell(SessionClosed{SessionId{2}, "reset"});
    hear(3, protocol::PreVoteRequest{{4, peer(2)}});
    ASSERT_EQ(sent<protocol::PreVote>(3).size(), 2u);
    EXPECT_TRUE(sent<protocol::PreVote>(3)[1].lost);
}

TEST_F(ClusterTest, ALeaderProvesItsFollowersByWhatTheySigned) {
    lead_with_followers();
    open(9, 9);
    hear(9, protocol::FollowersRequest{cluster.leader_view(), {1, 0, 7}});
    const auto proofs = sent<protocol::FollowersProof>(9);
    ASSERT_EQ(proofs.size(), 1u);
    ASSERT_EQ(proofs[0].records.size(), 2u);
    const auto& record = proofs[0].records[0];
    EXPECT_TRUE(signatory.verify(
        record.follower, protocol::registration_statement({record.epoch, peer(1)}, record.sequence),
        record.signature));
}

TEST_F(ClusterTest, AGreaterLeaderIsFollowedOnlyWithProofByPeersThatWeMet) {
    lead_with_followers();
    for (const std::uint8_t number : {4, 5}) open(number, number);
    const LeaderView theirs{9, peer(9)};
    open(9, 9, theirs);
    hear(9, protocol::LeaderClaim{theirs, 3});
    const auto asked = sent<protocol::FollowersRequest>(9);
    ASSERT_EQ(asked.size(), 1u);
    ASSERT_EQ(asked[0].positions.size(), 3u);
    protocol::FollowersProof proof{theirs, {}};
    for (const std::uint8_t number : {4, 5, 6}) {
        protocol::FollowerRecord record{test::signatory(number).public_key(), 9, 1, {}};
        record.signature =
            test::signatory(number).sign(protocol::registration_statement(theirs, 1));
        proof.records.push_back(record);
    }
    auto forged = proof;
    forged.records[2].follower = test::signatory(7).public_key();
    hear(9, forged);
    EXPECT_EQ(cluster.leader_view().leader, peer(1));

    const LeaderView again{cluster.leader_view().epoch + 1, peer(9)};
    hear(9, protocol::LeaderClaim{again, 3});
    proof.view = again;
    hear(9, proof);
    EXPECT_EQ(cluster.leader_view(), again);
}

TEST_F(ClusterTest, AClaimForSomebodyElseMeansNothing) {
    open(2, 2);
    hear(2, protocol::LeaderClaim{{9, peer(3)}, 5});
    EXPECT_NE(cluster.leader_view().leader, peer(3));
}

}  // namespace
}  // namespace iwant::cluster
