#include "app/daemon/bulk_server.h"

#include <fstream>
#include <future>

#include <gmock/gmock.h>

#include "app/daemon/shared_file_fixture.h"
#include "io/net/test_support.h"

namespace iwant::daemon {
namespace {

using protocol::PieceHeader;
using protocol::Refusal;
using protocol::RefusalCode;
using std::chrono::seconds;

/// Ann asks Bob's server by hand.
class ABulkServer : public SharedFile {
  protected:
    void SetUp() override { stream_ = open(); }

    std::shared_ptr<net::BulkStream> open() {
        auto dialled = std::async(std::launch::async, [&] {
            return net::BulkStream::dial(*ann_.tls, bob_.address(), bob_.identity.peer(),
                                         ann_.listener.hello);
        });
        if (!net::run_until(context_, [&] { return !bob_.listener.bulks.empty(); })) return nullptr;
        served_ = bob_.listener.bulks.back();
        server_.serve(std::move(bob_.listener.bulks.back()));
        bob_.listener.bulks.clear();
        return dialled.get().value();
    }
    void ask(FileId file, std::uint32_t first, std::uint32_t count) {
        ASSERT_TRUE(stream_->send(protocol::PieceRequest{{++request_}, file, {first}, count}));
        ASSERT_TRUE(stream_->flush());
    }
    void expect_piece(std::uint32_t piece) {
        const auto message = stream_->receive(seconds(20));
        ASSERT_TRUE(message) << message.error().text();
        ASSERT_TRUE(std::holds_alternative<PieceHeader>(*message));
        const auto header = std::get<PieceHeader>(*message);
        EXPECT_EQ(header.request.value, request_);
        EXPECT_EQ(header.piece.value, piece);
        std::vector<std::uint8_t> bytes(header.length);
        ASSERT_TRUE(stream_->receive_raw(bytes));
        EXPECT_EQ(std::string(bytes.begin(), bytes.end()), piece_of(piece));
    }
    void expect_refusal(RefusalCode code) {
        const auto message = stream_->receive(seconds(20));
        ASSERT_TRUE(message) << message.error().text();
        EXPECT_EQ(*message, (protocol::Message(Refusal{{request_}, code})));
    }

    boost::asio::io_context context_;
    net::TestPeer ann_{context_};
    net::TestPeer bob_{context_};
    NullLogger logger_;
    BulkServer server_{database(), nullptr, logger_};
    std::shared_ptr<net::BulkStream> stream_;
    std::weak_ptr<net::BulkStream> served_;  ///< its other end
    std::uint64_t request_ = 0;
};

TEST_F(ABulkServer, GivesThePiecesThatAreAskedFor) {
    ask(file_, 0, 3);
    for (const std::uint32_t piece : {0, 1, 2}) expect_piece(piece);
    ask(file_, 1, 1);
    expect_piece(1);
}

TEST_F(ABulkServer, ClosesAStreamThatEndedWithoutWaitingForTheNextOne) {
    ask(file_, 0, 1);
    expect_piece(0);
    EXPECT_FALSE(served_.expired());
    stream_.reset();
    EXPECT_TRUE(net::run_until(context_, [&] { return served_.expired(); }));
}

TEST_F(ABulkServer, RefusesWhatIsNotShared) {
    ask(FileId{{{1}}}, 0, 1);
    expect_refusal(RefusalCode::not_shared);
    ask(file_, 0, 1);
    expect_piece(0);
}

TEST_F(ABulkServer, RefusesPiecesThatTheFileDoesNotHave) {
    ask(file_, 3, 1);
    expect_refusal(RefusalCode::range);
    ask(file_, 2, 2);
    expect_refusal(RefusalCode::range);
    ask(file_, 2, 1);
    expect_piece(2);
}

TEST_F(ABulkServer, GivesNoByteOfAFileThatChanged) {
    std::string changed = content_;
    changed[0] ^= 1;
    folder_.write("music/song.mp3", changed + "!");
    ask(file_, 0, 3);
    expect_refusal(RefusalCode::changed);
}

TEST_F(ABulkServer, NoticesAChangeBetweenTwoRequests) {
    ask(file_, 0, 1);
    expect_piece(0);
    std::filesystem::last_write_time(disk_path(),
                                     std::filesystem::last_write_time(disk_path()) + seconds(10));
    ask(file_, 1, 1);
    expect_refusal(RefusalCode::changed);
}

TEST_F(ABulkServer, NoticesAFileThatWasCutShort) {
    ask(file_, 0, 1);
    expect_piece(0);
    std::filesystem::resize_file(disk_path(), 10);
    ask(file_, 1, 1);
    expect_refusal(RefusalCode::changed);
}

TEST_F(ABulkServer, RefusesAFileThatIsGone) {
    std::filesystem::remove(disk_path());
    ask(file_, 0, 1);
    expect_refusal(RefusalCode::not_shared);
}

TEST_F(ABulkServer, GivesNothingMoreOfWhatIsUnshared) {
    ask(file_, 0, 1);
    expect_piece(0);
    ASSERT_TRUE(catalog_->set_shares({}));
    ask(file_, 1, 1);
    expect_refusal(RefusalCode::not_shared);
}

// At this rate the file takes minutes; its first bytes are here at once, and more follow.
TEST_F(ABulkServer, SendsAPieceBitByBitUnderALimit) {
    server_.gate().set_limits(1, 8 * 1024);
    ask(file_, 0, 1);
    const auto message = stream_->receive(seconds(20));
    ASSERT_TRUE(message) << message.error().text();
    std::vector<std::uint8_t> bytes(std::get<PieceHeader>(*message).length);
    std::size_t got = 0;
    for (int i = 0; i < 3; ++i) {
        const auto some = stream_->receive_some(std::span(bytes).subspan(got));
        ASSERT_TRUE(some) << some.error().text();
        EXPECT_LE(*some, RateGate::kTurnBytesMin) << "a turn is a record";
        got += *some;
    }
    server_.gate().set_limits(1, std::nullopt);
    ASSERT_TRUE(stream_->receive_raw(std::span(bytes).subspan(got)));
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), piece_of(0));
}

TEST_F(ABulkServer, EndsAStreamThatSaysSomethingElse) {
    ASSERT_TRUE(stream_->send(protocol::Ping{1, {}}));
    ASSERT_TRUE(stream_->flush());
    const auto message = stream_->receive(seconds(20));
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, ErrorCode::network);
}

TEST_F(ABulkServer, StopsAtOnceWhileStreamsAreIdle) {
    auto stopped = std::async(std::launch::async, [&] { server_.stop(); });
    EXPECT_EQ(stopped.wait_for(seconds(5)), std::future_status::ready);
    EXPECT_FALSE(stream_->receive(seconds(20)));
}

TEST_F(ABulkServer, StopsAtOnceWhileAPeerDoesNotRead) {
    for (int i = 0; i < 20; ++i) ask(file_, 0, 3);
    auto stopped = std::async(std::launch::async, [&] { server_.stop(); });
    EXPECT_EQ(stopped.wait_for(seconds(5)), std::future_status::ready);
}

}  // namespace
}  // namespace iwant::daemon
