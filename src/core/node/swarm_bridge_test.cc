#include "core/node/swarm_bridge.h"

#include <gtest/gtest.h>

#include "base/test_signatory.h"

namespace iwant::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

PeerId peer(std::uint8_t number) {
    return TestSignatory::numbered(number).peer();
}

class SwarmBridgeTest : public testing::Test {
  protected:
    void open(std::uint64_t session, std::uint8_t from) {
        cluster::SessionOpened opened;
        opened.session = SessionId{session};
        opened.peer = peer(from);
        cluster.handle(opened, Time{});
    }
    ErrorCode hash_failure() {
        const auto events = bridge.take_events();
        EXPECT_EQ(events.size(), 1u);
        return std::get<swarm::HashAnswered>(events.at(0)).answer.error().code;
    }

    NullLogger logger;
    TestSignatory signatory = TestSignatory::numbered(1);
    cluster::Cluster cluster{{peer(1), 1, "one", "test"}, signatory, Prng(1), logger, Time{}};
    Requests requests;
    SwarmBridge bridge{cluster, requests};
    swarm::AskHash ask{DownloadId{1}, {peer(2), EntryId{5}}};
};

TEST_F(SwarmBridgeTest, AsksOnTheSessionThatIsThere) {
    open(7, 2);
    bridge.ask(ask, Time{});
    const auto actions = bridge.take_actions();
    ASSERT_EQ(actions.size(), 1u);
    const auto& send = std::get<Send>(actions[0]);
    EXPECT_EQ(send.session, SessionId{7});
    EXPECT_EQ(std::get<protocol::HashRequest>(send.message).entry, EntryId{5});
    EXPECT_EQ(requests.next_deadline(), Time{} + minutes(10));
}

TEST_F(SwarmBridgeTest, WaitsThreeSecondsForASession) {
    bridge.ask(ask, Time{});
    EXPECT_TRUE(bridge.take_actions().empty());
    bridge.advance(Time{} + milliseconds(2999));
    EXPECT_TRUE(bridge.take_events().empty());
    bridge.advance(Time{} + seconds(3));
    EXPECT_EQ(hash_failure(), ErrorCode::network);

    bridge.ask(ask, Time{});
    open(7, 2);
    bridge.peer_online(peer(2), Time{});
    EXPECT_EQ(bridge.take_actions().size(), 1u);
}

TEST_F(SwarmBridgeTest, TellsTheSwarmWhatARefusalMeans) {
    using protocol::RefusalCode;
    EXPECT_EQ(meaning_of(RefusalCode::not_shared), ErrorCode::not_found);
    EXPECT_EQ(meaning_of(RefusalCode::changed), ErrorCode::changed);
    EXPECT_EQ(meaning_of(RefusalCode::busy), ErrorCode::busy);
    EXPECT_EQ(meaning_of(RefusalCode::failed), ErrorCode::io);
    EXPECT_EQ(meaning_of(RefusalCode::range), ErrorCode::invalid_argument);
    EXPECT_EQ(meaning_of(RefusalCode::protocol), ErrorCode::protocol);
    bridge.failed(ask, {ErrorCode::changed, "", ""});
    EXPECT_EQ(hash_failure(), ErrorCode::changed);
}

TEST_F(SwarmBridgeTest, AnAnswerToAnotherQuestionIsNotTaken) {
    EXPECT_FALSE(bridge.received(ask, protocol::TreeReply{}));
    swarm::AskTree tree{DownloadId{1}, peer(2), TreeId{}, 4096};
    EXPECT_FALSE(bridge.received(tree, protocol::TreeReply{})) << "another part of the listing";
    EXPECT_TRUE(bridge.received(ask, protocol::HashReply{}));
    EXPECT_EQ(bridge.take_events().size(), 1u);
}

TEST_F(SwarmBridgeTest, WeAreNeverOurOwnSource) {
    swarm::DownloadAsked asked;
    asked.target.sources = {{peer(1), EntryId{1}}, {peer(2), EntryId{1}}};
    swarm::Event event = asked;
    drop_source(event, peer(1));
    EXPECT_EQ(std::get<swarm::DownloadAsked>(event).target.sources.size(), 1u);
    bridge.ask(swarm::AskHash{DownloadId{1}, {peer(1), EntryId{5}}}, Time{});
    EXPECT_EQ(hash_failure(), ErrorCode::not_found);
}

}  // namespace
}  // namespace iwant::node
