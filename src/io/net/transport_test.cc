#include "io/net/transport.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "io/net/test_support.h"

namespace iwant::net {
namespace {

using std::chrono::milliseconds;

/// Deadlines that a test can wait for.
TransportLimits quick() {
    TransportLimits limits;
    limits.connect = milliseconds(300);
    limits.handshake = milliseconds(300);
    limits.frame = milliseconds(300);
    limits.idle = milliseconds(600);
    limits.goodbye = milliseconds(300);
    limits.tick = milliseconds(20);
    return limits;
}

class TransportTest : public testing::Test {
  protected:
    /// Ann dials Bob; both have one session.
    void connect() {
        ann_.transport.dial(bob_.address(), bob_.identity.peer());
        ASSERT_TRUE(run_until(context_, [&] {
            return !ann_.listener.opened.empty() && !bob_.listener.opened.empty();
        }));
    }
    SessionId session_of(const TestPeer& peer) const { return peer.listener.opened.back().session; }

    boost::asio::io_context context_;
    TestPeer ann_{context_};
    TestPeer bob_{context_};
};

TEST_F(TransportTest, BothSidesLearnWhoTheOtherIs) {
    bob_.listener.hello.name = "Bob";
    connect();
    const OpenedSession& at_ann = ann_.listener.opened[0];
    EXPECT_EQ(bob_.identity.peer(), at_ann.peer);
    EXPECT_EQ("Bob", at_ann.hello.name);
    EXPECT_EQ(bob_.address(), at_ann.address);
    EXPECT_TRUE(at_ann.dialled_by_us);
    const OpenedSession& at_bob = bob_.listener.opened[0];
    EXPECT_EQ(ann_.identity.peer(), at_bob.peer);
    EXPECT_EQ(ann_.address(), at_bob.address) << "where Ann listens, not where she called from";
    EXPECT_FALSE(at_bob.dialled_by_us);
}

TEST_F(TransportTest, MessagesArriveInOrderAndWhole) {
    connect();
    constexpr std::uint64_t kCount = 1000;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        ann_.transport.send(session_of(ann_), protocol::Ping{i, {}});
    }
    ASSERT_TRUE(run_until(context_, [&] { return bob_.listener.messages.size() == kCount; }));
    for (std::uint64_t i = 0; i < kCount; ++i) {
        EXPECT_EQ(protocol::Message(protocol::Ping{i, {}}), bob_.listener.messages[i]);
    }
}

TEST_F(TransportTest, LargeMessagesPassBothWays) {
    connect();
    protocol::PieceListReply reply;
    reply.size_bytes = std::uint64_t{16384} << 20;
    reply.hashes.assign(protocol::kPieceHashesMax, Hash256{});
    ann_.transport.send(session_of(ann_), reply);
    bob_.transport.send(session_of(bob_), reply);
    ASSERT_TRUE(run_until(context_, [&] {
        return !bob_.listener.messages.empty() && !ann_.listener.messages.empty();
    }));
    EXPECT_EQ(protocol::Message(reply), bob_.listener.messages[0]);
    EXPECT_EQ(protocol::Message(reply), ann_.listener.messages[0]);
}

TEST_F(TransportTest, GoodbyeArrivesBehindWhatWasQueued) {
    connect();
    ann_.transport.send(session_of(ann_), protocol::Ping{7, {}});
    ann_.transport.disconnect(session_of(ann_), protocol::Goodbye::Reason::duplicate);
    ASSERT_TRUE(run_until(
        context_, [&] { return !ann_.listener.closed.empty() && !bob_.listener.closed.empty(); }));
    ASSERT_EQ(2u, bob_.listener.messages.size());
    EXPECT_TRUE(std::holds_alternative<protocol::Ping>(bob_.listener.messages[0]));
    EXPECT_TRUE(std::holds_alternative<protocol::Goodbye>(bob_.listener.messages[1]));
    EXPECT_EQ(1u, ann_.listener.closed.size());
    EXPECT_EQ(1u, bob_.listener.closed.size());
}

TEST_F(TransportTest, VanishedPeerClosesTheSessionOnce) {
    connect();
    bob_.transport.close();
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.closed.empty(); }));
    EXPECT_EQ(session_of(ann_), ann_.listener.closed[0].first);
    EXPECT_TRUE(bob_.listener.closed.empty()) << "nothing is told after close()";
}

TEST_F(TransportTest, WrongPeerIsRefusedBeforeAnythingIsSaid) {
    const PeerId somebody = make_identity().peer();
    ann_.transport.dial(bob_.address(), somebody);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    const FailedDial& failed = ann_.listener.failed[0];
    EXPECT_EQ(somebody, failed.expected);
    EXPECT_EQ(bob_.identity.peer(), failed.found);
    EXPECT_EQ(bob_.address(), failed.address);
    EXPECT_TRUE(bob_.listener.opened.empty());
}

TEST_F(TransportTest, DialWithoutExpectationTakesWhoeverAnswers) {
    ann_.transport.dial(bob_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.opened.empty(); }));
    EXPECT_EQ(bob_.identity.peer(), ann_.listener.opened[0].peer);
}

TEST_F(TransportTest, CallingOneselfFailsQuietlyAndSaysWho) {
    ann_.listener.hello.instance = 1;
    ann_.transport.dial(ann_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    EXPECT_EQ(ann_.identity.peer(), ann_.listener.failed[0].found);
    EXPECT_TRUE(ann_.listener.opened.empty());
    EXPECT_TRUE(ann_.logger.lines.empty());
}

TEST_F(TransportTest, TwoRunsWithOneKeyRecogniseEachOther) {
    RecordingListener twin_listener(ann_.identity.peer());
    twin_listener.hello = ann_.listener.hello;
    twin_listener.hello.instance = 2;
    ann_.listener.hello.instance = 1;
    RecordingLogger twin_logger;
    Transport twin(context_, *ann_.tls, twin_listener, twin_logger);
    twin_listener.hello.port = twin.listen(0, {"127.0.0.1"}).value();
    twin.dial(ann_.address(), std::nullopt);
    ASSERT_TRUE(run_until(
        context_, [&] { return !ann_.listener.clones.empty() && !twin_listener.failed.empty(); }));
    const protocol::Address twin_address{"127.0.0.1", twin_listener.hello.port};
    EXPECT_EQ(std::pair(twin_address, std::uint64_t{2}), ann_.listener.clones.front());
    EXPECT_EQ(std::pair(ann_.address(), std::uint64_t{1}), twin_listener.clones.front());
    EXPECT_TRUE(twin_listener.opened.empty());
    EXPECT_TRUE(ann_.listener.opened.empty());
}

TEST_F(TransportTest, WhoWithdrawsHasNoSessionsUntilItComesBack) {
    connect();
    ann_.transport.withdraw();
    ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.closed.empty(); }));
    bob_.transport.dial(ann_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return bob_.listener.failed.size() == 1; }));
    ann_.transport.come_back();
    bob_.transport.dial(ann_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return ann_.listener.opened.size() == 2; }));
}

TEST_F(TransportTest, WhoWithdrewOpensNoSessionAtThosePeersThatItDials) {
    ann_.transport.withdraw();
    ann_.transport.dial(bob_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    // What was under way arrives before this one does.
    ann_.transport.come_back();
    ann_.transport.dial(bob_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.opened.empty(); }));
    ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.opened.empty(); }));
    EXPECT_EQ(1U, bob_.listener.opened.size());
    EXPECT_TRUE(bob_.listener.closed.empty());
}

TEST_F(TransportTest, ConnectionsEndWithTheAddressThatTheyBeganAt) {
    connect();
    ann_.transport.end_without_address({"192.0.2.1", "127.0.0.1"});
    context_.restart();
    context_.poll();
    EXPECT_TRUE(ann_.listener.closed.empty());
    ann_.transport.end_without_address({"192.0.2.1"});
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.closed.empty(); }));
    EXPECT_EQ("this computer has another address now", ann_.listener.closed.front().second);
}

TEST_F(TransportTest, ListensElsewhereWhenToldSo) {
    const std::uint16_t port = ann_.port;
    ASSERT_EQ(port, ann_.transport.listen(port, {"127.0.0.2"}).value());
    bob_.transport.dial({"127.0.0.1", port}, std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.failed.empty(); }));
    bob_.transport.dial({"127.0.0.2", port}, std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.opened.empty(); }));
}

TEST_F(TransportTest, NobodyListeningFailsTheDial) {
    const protocol::Address address = bob_.address();
    bob_.transport.close();
    context_.poll();
    ann_.transport.dial(address, std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    EXPECT_EQ(ErrorCode::network, ann_.listener.failed[0].error.code);
    EXPECT_FALSE(ann_.listener.failed[0].found.has_value());
}

TEST_F(TransportTest, HostNamesAreLookedUp) {
    ann_.transport.dial({"localhost", bob_.port}, std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.opened.empty(); }));
    EXPECT_EQ("127.0.0.1", ann_.listener.opened[0].address.host);
}

TEST_F(TransportTest, HelloNamingSomebodyElseIsRefused) {
    ann_.listener.hello.peer = make_identity().peer();
    ann_.transport.dial(bob_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    EXPECT_TRUE(bob_.listener.opened.empty());
    EXPECT_TRUE(std::ranges::any_of(bob_.logger.lines, [](const std::string& line) {
        return line.find("names somebody else") != std::string::npos;
    }));
}

TEST_F(TransportTest, OtherProtocolVersionIsToldSo) {
    ann_.listener.hello.protocol_version = 99;
    ann_.transport.dial(bob_.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.failed.empty(); }));
    EXPECT_NE(std::string::npos, ann_.listener.failed[0].error.message.find("version"));
    EXPECT_TRUE(bob_.listener.opened.empty());
}

TEST_F(TransportTest, TakenPortGivesAFreeOne) {
    RecordingListener listener(ann_.identity.peer());
    NullLogger logger;
    Transport third(context_, *ann_.tls, listener, logger);
    const auto port = third.listen(ann_.port, {"127.0.0.1"});
    ASSERT_TRUE(port.has_value());
    EXPECT_NE(ann_.port, *port);
    EXPECT_NE(0, *port);
}

TEST_F(TransportTest, ListensOnAllAddressesOfBothVersions) {
    RecordingListener listener(bob_.identity.peer());
    NullLogger logger;
    Transport third(context_, *bob_.tls, listener, logger);
    const auto port = third.listen(0, {});
    ASSERT_TRUE(port.has_value());
    listener.hello.port = *port;
    ann_.transport.dial({"127.0.0.1", *port}, bob_.identity.peer());
    ASSERT_TRUE(run_until(context_, [&] { return ann_.listener.opened.size() == 1; }));
    ASSERT_TRUE(run_until(context_, [&] { return listener.opened.size() == 1; }));
    EXPECT_EQ("127.0.0.1", listener.opened[0].address.host) << "not as ::ffff:127.0.0.1";
}

TEST_F(TransportTest, SecondHelloEndsTheSession) {
    connect();
    ann_.transport.send(session_of(ann_), ann_.listener.hello);
    ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.closed.empty(); }));
    EXPECT_NE(std::string::npos, bob_.listener.closed[0].second.find("Hello"));
}

TEST_F(TransportTest, ListenerMayCloseTheTransportInsideACall) {
    bob_.listener.on_message = [&](const protocol::Message&) { bob_.transport.close(); };
    connect();
    ann_.transport.send(session_of(ann_), protocol::Ping{1, {}});
    ann_.transport.send(session_of(ann_), protocol::Ping{2, {}});
    ASSERT_TRUE(run_until(context_, [&] { return !ann_.listener.closed.empty(); }));
    EXPECT_EQ(1u, bob_.listener.messages.size());
}

TEST_F(TransportTest, SilenceEndsTheSession) {
    TestPeer impatient(context_, quick());
    ann_.transport.dial(impatient.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !impatient.listener.closed.empty(); }));
    EXPECT_NE(std::string::npos, impatient.listener.closed[0].second.find("nothing was heard"));
}

TEST_F(TransportTest, PeerThatDoesNotReadIsLetGo) {
    TransportLimits limits;
    limits.send_queue_bytes_max = std::size_t{1} << 20;
    TestPeer sender(context_, limits);
    ann_.transport.dial(sender.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return !sender.listener.opened.empty(); }));
    protocol::PieceListReply reply;
    reply.size_bytes = std::uint64_t{16384} << 20;
    reply.hashes.assign(protocol::kPieceHashesMax, Hash256{});
    // All at once: the event thread writes nothing in between.
    for (int i = 0; i < 3; ++i) sender.transport.send(session_of(sender), reply);
    EXPECT_TRUE(sender.listener.closed.empty()) << "never from inside a call";
    ASSERT_TRUE(run_until(context_, [&] { return !sender.listener.closed.empty(); }));
    EXPECT_NE(std::string::npos, sender.listener.closed[0].second.find("does not read"));
}

TEST_F(TransportTest, OnePeerHasSoManySessionsAndNoMore) {
    TransportLimits limits;
    limits.sessions_per_peer_max = 2;
    TestPeer host(context_, limits);
    for (int i = 0; i < 3; ++i) ann_.transport.dial(host.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] {
        return ann_.listener.opened.size() == 2 && ann_.listener.failed.size() == 1;
    }));
    bob_.transport.dial(host.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return bob_.listener.opened.size() == 1; }));
}

TEST_F(TransportTest, SessionsAreLimitedAltogether) {
    TransportLimits limits;
    limits.sessions_max = 1;
    TestPeer host(context_, limits);
    ann_.transport.dial(host.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return ann_.listener.opened.size() == 1; }));
    bob_.transport.dial(host.address(), std::nullopt);
    ASSERT_TRUE(run_until(context_, [&] { return bob_.listener.failed.size() == 1; }));
    EXPECT_NE(std::string::npos, bob_.listener.failed[0].error.message.find("too many"));
}

}  // namespace
}  // namespace iwant::net
