#include "core/cluster/test_cluster.h"

namespace iwant::cluster {
namespace {

using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::address;
using test::ClusterTest;
using test::peer;

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

TEST_F(ClusterTest, ALeaderRegistersItsOwnCatalogueWithTheStandbysAsSoonAsItAppointsThem) {
    lead_with_followers();
    pass(seconds(6));
    ASSERT_EQ(cluster.standbys(), (std::vector{peer(2), peer(3)}));
    for (const std::uint64_t standby : {2, 3})
        EXPECT_EQ(sent<protocol::Register>(standby).size(), 1u);
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
    hear(3, test::sealed(3, cluster.leader_view(), {3, 0, 1, false, {change}}));
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

TEST_F(ClusterTest, AFollowerThatDistrustsItsLeaderVotesAgainstItAndTellsTheFirstStandby) {
    follow_peer_two();
    stand_by({3});
    open(3, 3, {4, peer(2)});
    hear(3, protocol::Registered{{4, peer(2)}, protocol::Registered::Verdict::accepted, {}});
    cluster.distrust(peer(2), "it hides files");
    take();
    ASSERT_EQ(sent<protocol::PreVote>(3).size(), 1u);
    EXPECT_TRUE(sent<protocol::PreVote>(3)[0].lost);
    hear(3, protocol::PreVoteRequest{{4, peer(2)}});
    EXPECT_TRUE(sent<protocol::PreVote>(3)[1].lost);
    EXPECT_EQ(cluster.leader_view().leader, peer(2)) << "until somebody else claims";
    hear(3, protocol::LeaderClaim{{5, peer(3)}, 0});
    EXPECT_EQ(cluster.leader_view(), (LeaderView{5, peer(3)}));
}

TEST_F(ClusterTest, AStandbyThatDistrustsTheLeaderTakesOverWhenOthersDoToo) {
    follow_peer_two();
    for (const std::uint8_t number : {3, 4, 5}) open(number, number, {4, peer(2)});
    stand_by({1});
    cluster.distrust(peer(2), "it hides files");
    take();
    for (const std::uint64_t session : {3, 4, 5})
        EXPECT_EQ(sent<protocol::PreVoteRequest>(session).size(), 1u);
    EXPECT_TRUE(sent<protocol::PreVoteRequest>(2).empty()) << "the leader has no say";
    hear(3, protocol::PreVote{{4, peer(2)}, false});
    hear(4, protocol::PreVote{{4, peer(2)}, true});
    EXPECT_FALSE(cluster.leading());
    hear(5, protocol::PreVote{{4, peer(2)}, false});
    EXPECT_EQ(cluster.leader_view().leader, peer(2)) << "the others are content";
}

TEST_F(ClusterTest, ComplaintsOfMoreThanHalfMakeAStandbyAsk) {
    follow_peer_two();
    for (const std::uint8_t number : {3, 4, 5}) open(number, number, {4, peer(2)});
    stand_by({1});
    for (const std::uint64_t session : {3, 4}) {
        hear(session, protocol::PreVote{{4, peer(2)}, true});
        EXPECT_TRUE(all<Send>().empty() || sent<protocol::PreVoteRequest>(5).empty());
    }
    hear(5, protocol::PreVote{{4, peer(2)}, true});
    ASSERT_EQ(sent<protocol::PreVoteRequest>(5).size(), 1u);
    for (const std::uint64_t session : {3, 4, 5})
        hear(session, protocol::PreVote{{4, peer(2)}, true});
    EXPECT_EQ(cluster.leader_view(), (LeaderView{5, peer(1)}));
}

}  // namespace
}  // namespace iwant::cluster
