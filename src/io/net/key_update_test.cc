// Long sessions change their keys, and nobody notices.

#include <future>

#include <csignal>
#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "io/net/raw_client.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

constexpr std::uint64_t kRecordsPerKey = 4;
constexpr std::uint64_t kMessages = 41;

void count_updates(int is_written, int, int content_type, const void* bytes, std::size_t size, SSL*,
                   void* count) {
    if (is_written != 0 || content_type != SSL3_RT_HANDSHAKE || size == 0) return;
    if (*static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE)
        ++*static_cast<int*>(count);
}

class KeyUpdateTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

    /// Sends so many messages, each in a record of its own.
    void send_pings(TestPeer& from, SessionId session, const std::function<bool()>& arrived_all) {
        for (std::uint64_t i = 0; i < kMessages; ++i) {
            from.transport.send(session, protocol::Ping{i, {}});
            context_.restart();
            context_.poll();
        }
        EXPECT_TRUE(run_until(context_, arrived_all));
    }

    boost::asio::io_context context_;
    TestPeer host_{context_, {}, kRecordsPerKey};
};

TEST_F(KeyUpdateTest, AKeyIsReplacedAfterItsRecords) {
    const KeyPointer key = make_key("ED25519");
    const std::size_t bytes = kMessages * protocol::encode_frame(protocol::Ping{1, {}}).size();
    auto updates = std::async(std::launch::async, [&] {
        int count = 0;
        RawClient client(host_.port, key.get());
        SSL_set_msg_callback(client.ssl(), count_updates);
        SSL_set_msg_callback_arg(client.ssl(), &count);
        protocol::Hello hello;
        hello.peer = peer_id_of(*raw_public_key(key.get()));
        hello.port = 4926;
        if (!client.handshake() || !client.write(protocol::encode_frame(hello))) return -1;
        std::size_t received = client.read() > 0 ? 0 : bytes;
        while (received + kMessages < bytes) {  // numbers of one byte may be left out
            const std::size_t more = client.read();
            if (more == 0) return -1;
            received += more;
        }
        return count;
    });
    ASSERT_TRUE(run_until(context_, [&] { return !host_.listener.opened.empty(); }));
    send_pings(host_, host_.listener.opened[0].session, [&] {
        return updates.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
    });
    const int count = updates.get();
    EXPECT_GE(count, 9);
    EXPECT_LE(count, 11);
}

TEST_F(KeyUpdateTest, BothSidesGoOnThroughManyKeys) {
    TestPeer other(context_, {}, 1);
    other.transport.dial(host_.address(), host_.identity.peer());
    ASSERT_TRUE(run_until(context_, [&] {
        return !other.listener.opened.empty() && !host_.listener.opened.empty();
    }));
    send_pings(other, other.listener.opened[0].session,
               [&] { return host_.listener.messages.size() == kMessages; });
    send_pings(host_, host_.listener.opened[0].session,
               [&] { return other.listener.messages.size() == kMessages; });
    for (std::uint64_t i = 0; i < kMessages; ++i) {
        EXPECT_EQ(protocol::Message(protocol::Ping{i, {}}), host_.listener.messages.at(i));
        EXPECT_EQ(protocol::Message(protocol::Ping{i, {}}), other.listener.messages.at(i));
    }
}

}  // namespace
}  // namespace iwant::net
