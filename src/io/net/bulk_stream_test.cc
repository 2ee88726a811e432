#include "io/net/bulk_stream.h"

#include <future>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "base/prng.h"
#include "io/net/test_support.h"

namespace iwant::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<std::uint8_t> random_bytes(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    Prng prng(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(prng.next());
    return bytes;
}

/// Ann downloads from Bob: her stream was dialled on a thread, his accepted by his transport.
class BulkStreamTest : public testing::Test {
  protected:
    void SetUp() override {
        auto dialled = std::async(std::launch::async, [&] { return dial(bob_.identity.peer()); });
        ASSERT_TRUE(run_until(context_, [&] { return !bob_.listener.bulks.empty(); }));
        auto stream = dialled.get();
        ASSERT_TRUE(stream.has_value()) << stream.error().text();
        ann_stream_ = *stream;
        bob_stream_ = bob_.listener.bulks[0];
    }

    Result<std::shared_ptr<BulkStream>> dial(const PeerId& expected) {
        return BulkStream::dial(*ann_.tls, bob_.address(), expected, ann_.listener.hello);
    }

    boost::asio::io_context context_;
    TestPeer ann_{context_};
    TestPeer bob_{context_};
    std::shared_ptr<BulkStream> ann_stream_;
    std::shared_ptr<BulkStream> bob_stream_;
};

TEST_F(BulkStreamTest, BothSidesKnowEachOther) {
    EXPECT_EQ(bob_.identity.peer(), ann_stream_->peer());
    EXPECT_EQ(ann_.identity.peer(), bob_stream_->peer());
    EXPECT_TRUE(bob_.listener.opened.empty()) << "a bulk stream is no session";
}

TEST_F(BulkStreamTest, PiecesArriveByteForByte) {
    constexpr std::uint32_t kCount = 64;
    const auto piece = random_bytes(std::size_t{1} << 20);
    std::thread bob([&] {
        const auto asked = bob_stream_->receive(seconds(20));
        ASSERT_TRUE(asked.has_value()) << asked.error().text();
        const auto request = std::get<protocol::PieceRequest>(*asked);
        for (std::uint32_t i = 0; i < request.count; ++i) {
            // Odd lengths, so that no boundary is ever where the last one was.
            const auto bytes = std::span(piece).subspan(i * 7);
            const protocol::PieceHeader header{request.request, PieceIndex{i},
                                               static_cast<std::uint32_t>(bytes.size())};
            ASSERT_TRUE(bob_stream_->send_piece(header, bytes).has_value());
        }
    });
    ASSERT_TRUE(ann_stream_->send(protocol::PieceRequest{{1}, FileId{{{1}}}, {0}, kCount}));
    std::vector<std::uint8_t> got(piece.size());
    for (std::uint32_t i = 0; i < kCount; ++i) {
        const auto message = ann_stream_->receive(seconds(20));
        ASSERT_TRUE(message.has_value()) << message.error().text();
        const auto header = std::get<protocol::PieceHeader>(*message);
        ASSERT_EQ(PieceIndex{i}, header.piece);
        const auto into = std::span(got).first(header.length);
        ASSERT_TRUE(ann_stream_->receive_raw(into).has_value());
        ASSERT_TRUE(std::equal(into.begin(), into.end(), piece.begin() + i * 7)) << i;
    }
    bob.join();
}

TEST_F(BulkStreamTest, ManySmallMessagesGoTogether) {
    constexpr std::uint64_t kCount = 10'000;
    std::thread ann([&] {
        for (std::uint64_t i = 1; i <= kCount; ++i) {
            ASSERT_TRUE(ann_stream_->send(protocol::PieceRequest{{i}, FileId{{{1}}}, {0}, 1}));
        }
        ASSERT_TRUE(ann_stream_->flush());
    });
    for (std::uint64_t i = 1; i <= kCount; ++i) {
        const auto message = bob_stream_->receive(seconds(20));
        ASSERT_TRUE(message.has_value()) << message.error().text();
        ASSERT_EQ(RequestId{i}, std::get<protocol::PieceRequest>(*message).request);
    }
    ann.join();
}

TEST_F(BulkStreamTest, NothingComingIsATimeoutAndTheStreamGoesOn) {
    const auto nothing = bob_stream_->receive(milliseconds(20));
    ASSERT_FALSE(nothing.has_value());
    EXPECT_EQ(ErrorCode::timeout, nothing.error().code);
    ASSERT_TRUE(ann_stream_->send(protocol::Ping{3, {}}) && ann_stream_->flush());
    const auto message = bob_stream_->receive(seconds(20));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(protocol::Message(protocol::Ping{3, {}}), *message);
}

TEST_F(BulkStreamTest, ShutDownEndsABlockedReceive) {
    std::promise<void> begun;
    auto received = std::async(std::launch::async, [&] {
        begun.set_value();
        return ann_stream_->receive(seconds(60));
    });
    begun.get_future().wait();
    ann_stream_->shut_down();
    const auto outcome = received.get();
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(ErrorCode::cancelled, outcome.error().code);
    EXPECT_EQ(ErrorCode::cancelled, ann_stream_->receive(seconds(1)).error().code);
}

TEST_F(BulkStreamTest, ShutDownEndsASenderThatNobodyReads) {
    const auto piece = random_bytes(std::size_t{16} << 20);
    std::promise<void> begun;
    auto sent = std::async(std::launch::async, [&] {
        begun.set_value();
        const protocol::PieceHeader header{{1}, {0}, static_cast<std::uint32_t>(piece.size())};
        for (;;) {
            if (auto result = bob_stream_->send_piece(header, piece); !result) return result;
        }
    });
    begun.get_future().wait();
    bob_stream_->shut_down();
    EXPECT_EQ(ErrorCode::cancelled, sent.get().error().code);
}

TEST_F(BulkStreamTest, PeerThatIsGoneIsANetworkError) {
    bob_stream_.reset();
    bob_.listener.bulks.clear();
    const auto message = ann_stream_->receive(seconds(20));
    ASSERT_FALSE(message.has_value());
    EXPECT_EQ(ErrorCode::network, message.error().code);
    std::vector<std::uint8_t> raw(10);
    EXPECT_EQ(ErrorCode::network, ann_stream_->receive_raw(raw).error().code);
}

TEST_F(BulkStreamTest, SmallPiecesAreSentBeforeTheSenderWaits) {
    constexpr std::uint32_t kCount = 1000;
    std::thread bob([&] {
        for (std::uint32_t i = 1; i <= kCount; ++i) {
            const std::vector<std::uint8_t> bytes(i, static_cast<std::uint8_t>(i));
            ASSERT_TRUE(bob_stream_->send_piece({{1}, {i}, i}, bytes).has_value());
        }
        // Ann says something only when she has everything.
        EXPECT_TRUE(bob_stream_->receive(seconds(20)).has_value());
    });
    for (std::uint32_t i = 1; i <= kCount; ++i) {
        const auto message = ann_stream_->receive(seconds(20));
        ASSERT_TRUE(message.has_value()) << message.error().text();
        ASSERT_EQ(PieceIndex{i}, std::get<protocol::PieceHeader>(*message).piece);
        std::vector<std::uint8_t> bytes(i);
        ASSERT_TRUE(ann_stream_->receive_raw(bytes).has_value());
        ASSERT_EQ(std::vector<std::uint8_t>(i, static_cast<std::uint8_t>(i)), bytes);
    }
    ASSERT_TRUE(ann_stream_->send(protocol::PieceRequest{{1}, FileId{{{1}}}, {0}, 1}).has_value());
    ASSERT_TRUE(ann_stream_->flush().has_value());
    bob.join();
}

TEST_F(BulkStreamTest, PieceThatEndsEarlyIsANetworkError) {
    const std::vector<std::uint8_t> part(1000);
    ASSERT_TRUE(bob_stream_->send_piece({{1}, {0}, 1000}, part).has_value());
    ASSERT_TRUE(bob_stream_->flush().has_value());
    ASSERT_TRUE(ann_stream_->receive(seconds(20)).has_value());
    bob_stream_.reset();
    bob_.listener.bulks.clear();
    std::vector<std::uint8_t> raw(1001);
    EXPECT_EQ(ErrorCode::network, ann_stream_->receive_raw(raw).error().code);
}

TEST_F(BulkStreamTest, SomebodyElseAnsweringFailsTheDial) {
    auto dialled = std::async(std::launch::async, [&] { return dial(make_identity().peer()); });
    ASSERT_TRUE(run_until(
        context_, [&] { return dialled.wait_for(milliseconds(0)) == std::future_status::ready; }));
    EXPECT_FALSE(dialled.get().has_value());
    EXPECT_EQ(1u, bob_.listener.bulks.size());
}

TEST_F(BulkStreamTest, NameInsteadOfAnAddressIsRefused) {
    const auto dialled = BulkStream::dial(*ann_.tls, {"localhost", bob_.port}, bob_.identity.peer(),
                                          ann_.listener.hello);
    ASSERT_FALSE(dialled.has_value());
    EXPECT_EQ(ErrorCode::invalid_argument, dialled.error().code);
}

TEST_F(BulkStreamTest, StreamsCountAgainstThePeerUntilTheyEnd) {
    TransportLimits limits;
    limits.sessions_per_peer_max = 1;
    TestPeer host(context_, limits);
    const auto dial_host = [&] {
        auto dialled = std::async(std::launch::async, [&] {
            return BulkStream::dial(*ann_.tls, host.address(), host.identity.peer(),
                                    ann_.listener.hello);
        });
        run_until(context_,
                  [&] { return dialled.wait_for(milliseconds(0)) == std::future_status::ready; });
        return dialled.get().has_value();
    };
    EXPECT_TRUE(dial_host());
    EXPECT_FALSE(dial_host());
    host.listener.bulks.clear();
    EXPECT_TRUE(dial_host());
}

TEST_F(BulkStreamTest, StreamOutlivesTransportAndTls) {
    bob_.transport.close();
    bob_.tls.reset();
    ASSERT_TRUE(ann_stream_->send(protocol::Ping{3, {}}) && ann_stream_->flush());
    EXPECT_TRUE(bob_stream_->receive(seconds(20)).has_value());
}

}  // namespace
}  // namespace iwant::net
