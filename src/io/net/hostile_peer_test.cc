// Peers and strangers that are silent, slow, babbling or broken: deadlines, caps and framing.

#include <future>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "io/net/raw_client.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

TransportLimits quick() {
    TransportLimits limits;
    limits.handshake = milliseconds(300);
    limits.frame = milliseconds(300);
    limits.tick = milliseconds(20);
    return limits;
}

class HostilePeerTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

    tcp::socket stranger() {
        tcp::socket socket(context_);
        socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), host_.port));
        socket.non_blocking(true);
        return socket;
    }

    static bool is_closed(tcp::socket& socket) {
        std::array<char, 256> bytes{};
        boost::system::error_code error;
        while (!error) socket.read_some(asio::buffer(bytes), error);
        return error != asio::error::would_block;
    }

    /// Runs `attack` with a connection that has exchanged Hellos; what it returns.
    template <class Attack>
    auto attack(Attack attack) {
        using Outcome = decltype(attack(std::declval<RawClient&>()));
        auto outcome = std::async(std::launch::async, [&, attack]() -> Outcome {
            RawClient client(host_.port, key_.get());
            protocol::Hello hello;
            hello.peer = peer_id_of(*raw_public_key(key_.get()));
            hello.port = 4926;
            const bool greeted = client.handshake() &&
                                 client.write(protocol::encode_frame(hello)) && client.read() > 0;
            if (!greeted) return Outcome{};
            return attack(client);
        });
        run_until(context_,
                  [&] { return outcome.wait_for(milliseconds(0)) == std::future_status::ready; });
        return outcome.get();
    }

    std::string closing_reason() {
        run_until(context_, [&] { return !host_.listener.closed.empty(); });
        return host_.listener.closed.empty() ? "still open" : host_.listener.closed[0].second;
    }

    asio::io_context context_;
    TestPeer host_{context_, quick()};
    KeyPointer key_ = make_key("ED25519");
};

TEST_F(HostilePeerTest, SilentStrangerIsClosed) {
    tcp::socket socket = stranger();
    EXPECT_TRUE(run_until(context_, [&] { return is_closed(socket); }));
}

TEST_F(HostilePeerTest, TricklingStrangerDoesNotExtendItsTime) {
    tcp::socket socket = stranger();
    // The beginning of a ClientHello that announces more than ever comes.
    const std::vector<std::uint8_t> start = {22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3};
    std::size_t sent = 0;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(run_until(context_, [&] {
        boost::system::error_code error;
        const std::uint8_t byte = sent < start.size() ? start[sent] : 0;
        if (sent < 400) socket.write_some(asio::buffer(&byte, 1), error);
        if (!error) ++sent;
        return is_closed(socket);
    }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(250));
}

TEST_F(HostilePeerTest, OtherProtocolsAreClosedWithOneLineInTheLog) {
    for (const char* words :
         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
          "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "\xff\xff\xff\xff\xff\xff"}) {
        tcp::socket socket = stranger();
        asio::write(socket, asio::buffer(words, std::strlen(words)));
        EXPECT_TRUE(run_until(context_, [&] { return is_closed(socket); })) << words;
    }
    EXPECT_EQ(1u, host_.logger.lines.size());
}

TEST_F(HostilePeerTest, StrangersOfOneAddressAreFew) {
    std::vector<tcp::socket> sockets;
    for (std::size_t i = 0; i < protocol::kUnauthenticatedPerAddressMax; ++i) {
        sockets.push_back(stranger());
    }
    tcp::socket one_more = stranger();
    EXPECT_TRUE(run_until(context_, [&] { return is_closed(one_more); }));
    EXPECT_FALSE(is_closed(sockets.back())) << "closed by the cap, not by its deadline";
    EXPECT_TRUE(run_until(context_, [&] { return is_closed(sockets.back()); }));
    // Their places are free again.
    TestPeer honest(context_);
    honest.transport.dial(host_.address(), host_.identity.peer());
    EXPECT_TRUE(run_until(context_, [&] { return !honest.listener.opened.empty(); }));
}

TEST_F(HostilePeerTest, StrangerThatProvesItselfAndSaysNothingIsClosed) {
    const auto closed = std::async(std::launch::async, [&] {
        RawClient client(host_.port, key_.get());
        return client.handshake() && client.read() == 0;
    });
    EXPECT_TRUE(run_until(
        context_, [&] { return closed.wait_for(milliseconds(0)) == std::future_status::ready; }));
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HostilePeerTest, FirstMessageMustBeASmallHello) {
    for (const auto& bytes :
         {protocol::encode_frame(protocol::Ping{1, {}}), protocol::Bytes{0, 0, 0x20, 0},
          protocol::Bytes{0, 0, 0, 0}, protocol::Bytes{0xff, 0xff, 0xff, 0xff}}) {
        auto refused = std::async(std::launch::async, [&] {
            RawClient client(host_.port, key_.get());
            return client.handshake() && client.write(bytes) && client.read() == 0;
        });
        run_until(context_,
                  [&] { return refused.wait_for(milliseconds(0)) == std::future_status::ready; });
        EXPECT_TRUE(refused.get());
    }
    EXPECT_TRUE(host_.listener.opened.empty());
}

TEST_F(HostilePeerTest, FramesMayBeCutAnywhere) {
    protocol::Bytes stream;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const auto frame = protocol::encode_frame(protocol::Ping{i * 1000, {}});
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    attack([&](RawClient& client) {
        for (const std::uint8_t byte : stream) client.write({byte});
        return client.write(stream);
    });
    ASSERT_TRUE(run_until(context_, [&] { return host_.listener.messages.size() >= 40; }));
    for (std::uint64_t i = 0; i < 40; ++i) {
        EXPECT_EQ(protocol::Message(protocol::Ping{i % 20 * 1000, {}}), host_.listener.messages[i]);
    }
}

TEST_F(HostilePeerTest, ImpossibleFrameLengthsEndTheSession) {
    for (const auto& header :
         {protocol::Bytes{0, 0, 0, 0}, protocol::Bytes{0, 0x10, 0, 1},
          protocol::Bytes{0x7f, 0xff, 0xff, 0xff}, protocol::Bytes{0xff, 0xff, 0xff, 0xff}}) {
        host_.listener.closed.clear();
        attack([&](RawClient& client) {
            client.write(header);
            while (client.read() > 0) {
            }
            return true;
        });
        EXPECT_NE(std::string::npos, closing_reason().find("announces")) << closing_reason();
    }
}

TEST_F(HostilePeerTest, MessageThatNeverEndsHasADeadline) {
    attack([&](RawClient& client) {
        client.write({0, 0, 1, 0, 8});
        while (client.read() > 0) {
        }
        return true;
    });
    EXPECT_EQ("a message never ends", closing_reason());
}

TEST_F(HostilePeerTest, FewUnknownMessagesAreIgnoredAndManyAreNot) {
    const protocol::Bytes unknown = {0, 0, 0, 3, 0xba, 0x3e, 0};
    attack([&](RawClient& client) {
        for (int i = 0; i < 100; ++i) client.write(unknown);
        return client.write(protocol::encode_frame(protocol::Ping{1, {}}));
    });
    ASSERT_TRUE(run_until(context_, [&] { return !host_.listener.messages.empty(); }));
    host_.listener.closed.clear();
    attack([&](RawClient& client) {
        for (int i = 0; i < 101; ++i) client.write(unknown);
        while (client.read() > 0) {
        }
        return true;
    });
    ASSERT_TRUE(run_until(context_, [&] {
        return std::ranges::any_of(host_.listener.closed, [](const auto& closed) {
            return closed.second.find("unknown kinds") != std::string::npos;
        });
    }));
}

TEST_F(HostilePeerTest, KeyUpdatesWithoutEndAreCutOff) {
    attack([&](RawClient& client) {
        for (int i = 0; i < 3000; ++i) {
            SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
            if (SSL_do_handshake(client.ssl()) != 1) break;
        }
        client.write(protocol::encode_frame(protocol::Ping{1, {}}));
        while (client.read() > 0) {
        }
        return true;
    });
    EXPECT_NE(std::string::npos, closing_reason().find("changes its keys")) << closing_reason();
}

TEST_F(HostilePeerTest, PeerThatCutsTheConnectionIsNoticed) {
    attack([](RawClient&) { return true; });
    EXPECT_EQ("the connection was cut", closing_reason());
}

}  // namespace
}  // namespace iwant::net
