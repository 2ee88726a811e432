#include "app/daemon/fetcher.h"

#include <future>
#include <map>
#include <thread>

#include <gmock/gmock.h>

#include "app/daemon/bulk_server.h"
#include "app/daemon/shared_file_fixture.h"
#include "app/daemon/test_loop.h"
#include "base/hash.h"
#include "io/net/test_support.h"

namespace iwant::daemon {
namespace {

using std::chrono::seconds;

/// Ann fetches from Bob, over loopback; his event loop runs on the test's thread.
class AFetcher : public SharedFile {
  protected:
    AFetcher() {
        fetcher_ = std::make_unique<Fetcher>(
            *ann_.tls,
            Fetcher::World{
                [this](const FetchJob&, PieceIndex piece, std::span<const std::uint8_t> bytes) {
                    const std::lock_guard lock(mutex_);
                    written_[piece.value].assign(bytes.begin(), bytes.end());
                    return Result<void>();
                },
                [this](const swarm::Event& event) {
                    const std::lock_guard lock(mutex_);
                    if (const auto* ended = std::get_if<swarm::FetchEnded>(&event)) {
                        endings_.emplace(ended->fetch.value, ended->outcome);
                    }
                }},
            ann_.logger);
    }

    void fetch(std::uint64_t fetch, std::uint32_t first, std::uint32_t count) {
        fetch_from(bob_.address(), fetch, first, count);
    }
    void fetch_from(const protocol::Address& address, std::uint64_t fetch, std::uint32_t first,
                    std::uint32_t count) {
        fetcher_->fetch(bob_.identity.peer(),
                        {{fetch}, {1}, {0}, file_, kSize, {first}, count, list_},
                        ann_.listener.hello, {address});
    }
    /// Lets Bob work until so many fetches are over. His new streams go to his server.
    bool run_until_ended(std::size_t count) {
        return net::run_until(context_, [&] {
            for (auto& stream : bob_.listener.bulks) server_->serve(std::move(stream));
            bob_.listener.bulks.clear();
            const std::lock_guard lock(mutex_);
            return endings_.size() == count;
        });
    }
    std::optional<ErrorCode> ending(std::uint64_t fetch) {
        const std::lock_guard lock(mutex_);
        EXPECT_EQ(endings_.count(fetch), 1U);
        const auto found = endings_.find(fetch);
        if (found == endings_.end() || found->second) return std::nullopt;
        return found->second.error().code;
    }

    boost::asio::io_context context_;
    net::TestPeer ann_{context_};
    net::TestPeer bob_{context_};
    NullLogger logger_;
    std::unique_ptr<BulkServer> server_ =
        std::make_unique<BulkServer>(database(), nullptr, logger_);
    std::mutex mutex_;
    std::map<std::uint32_t, std::string> written_;
    std::multimap<std::uint64_t, Result<void>> endings_;
    std::unique_ptr<Fetcher> fetcher_;
};

TEST_F(AFetcher, BringsWhatAPeerShares) {
    fetch(1, 0, 2);
    fetch(2, 2, 1);
    ASSERT_TRUE(run_until_ended(2));
    EXPECT_EQ(ending(1), std::nullopt);
    EXPECT_EQ(ending(2), std::nullopt);
    EXPECT_EQ(written_[0] + written_[1] + written_[2], content_);
}

TEST_F(AFetcher, OpensAStreamAgainWhenTheLastOneBroke) {
    fetch(1, 0, 1);
    ASSERT_TRUE(run_until_ended(1));
    server_ = std::make_unique<BulkServer>(database(), nullptr, logger_);
    // What is asked of the broken stream fails; the one after that finds a new one.
    std::uint64_t number = 1;
    do {
        ++number;
        ASSERT_LT(number, 10U);
        fetch(number, 0, 1);
        ASSERT_TRUE(run_until_ended(number));
    } while (ending(number) == ErrorCode::network);
    EXPECT_EQ(ending(number), std::nullopt);
}

TEST_F(AFetcher, EndsWhatIsAskedOfNobody) {
    bob_.transport.close();
    fetch(1, 0, 1);
    ASSERT_TRUE(run_until_ended(1));
    EXPECT_EQ(ending(1), ErrorCode::network);
}

TEST_F(AFetcher, EndsWhatIsAskedOfSomebodyElse) {
    fetch_from(ann_.address(), 1, 0, 1);
    ASSERT_TRUE(run_until_ended(1));
    EXPECT_TRUE(ending(1).has_value());
    EXPECT_TRUE(written_.empty());
}

TEST_F(AFetcher, CancelsAJobThatNobodyTookYet) {
    // Bob's loop does not run: both streams are dialling.
    for (std::uint64_t i = 1; i <= 3; ++i) fetch(i, 0, 1);
    fetcher_->cancel({2});
    EXPECT_EQ(ending(2), ErrorCode::cancelled);
    ASSERT_TRUE(run_until_ended(3));
    EXPECT_EQ(ending(1), std::nullopt);
    EXPECT_EQ(ending(3), std::nullopt);
}

TEST_F(AFetcher, StopsAtOnceWhileAPeerDoesNotAnswer) {
    // The system accepts for Bob, whose loop does not run: the handshake would take its 10 s.
    fetch(1, 0, 1);
    fetch(2, 0, 1);
    auto stopped = std::async(std::launch::async, [&] { fetcher_->stop(); });
    EXPECT_EQ(stopped.wait_for(seconds(5)), std::future_status::ready);
}

TEST_F(AFetcher, StopsAtOnceWhileAStreamIsIdle) {
    fetch(1, 0, 1);
    ASSERT_TRUE(run_until_ended(1));
    auto stopped = std::async(std::launch::async, [&] { fetcher_->stop(); });
    EXPECT_EQ(stopped.wait_for(seconds(5)), std::future_status::ready);
}

}  // namespace
}  // namespace iwant::daemon
