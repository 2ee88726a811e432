#include "app/daemon/hash_pool.h"

#include <algorithm>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "app/daemon/test_loop.h"
#include "base/hash.h"
#include "io/platform/test_folder.h"

namespace iwant::daemon {
namespace {

class AHashPool : public testing::Test {
  protected:
    catalog::HashJob job(std::uint64_t id, const std::string& content) {
        const std::string name = std::to_string(id);
        folder_.write(name, content);
        return {{id}, folder_ / name, platform::info_of(folder_ / name)->stamp};
    }
    HashPool::Done done() {
        return [this, post = loop_.post()](const catalog::HashJob& job,
                                           Result<scanner::HashedFile> hashed) {
            if (held_) gate_.pass();
            post([this, id = job.entry.value, hashed] { results_.emplace(id, hashed); });
        };
    }

    platform::TestFolder folder_;
    TestLoop loop_;
    Gate gate_;
    std::atomic<bool> held_ = false;
    std::map<std::uint64_t, Result<scanner::HashedFile>> results_;
    std::vector<std::uint64_t> order_;
};

TEST_F(AHashPool, HashesEachFileOnce) {
    HashPool pool(2, done());
    for (std::uint64_t id = 1; id <= 30; ++id) pool.hash(job(id, std::string(id, 'x')));
    ASSERT_TRUE(loop_.run_until([&] { return results_.size() == 30; }));
    for (const auto& [id, hashed] : results_) {
        ASSERT_TRUE(hashed) << id;
        ASSERT_EQ(hashed->pieces.size_bytes, id);
        const std::vector<std::uint8_t> bytes(id, 'x');
        EXPECT_EQ(hashed->pieces.hashes[0], hash_bytes(bytes)) << id;
    }
    EXPECT_EQ(pool.unfinished(), 0U);
}

TEST_F(AHashPool, TellsOfAFileThatIsNotWhatItWas) {
    HashPool pool(1, done());
    const auto changed = job(1, "before");
    folder_.write("1", "after, and longer");
    pool.hash(changed);
    catalog::HashJob gone = job(2, "gone");
    std::filesystem::remove(gone.disk_path);
    pool.hash(gone);
    ASSERT_TRUE(loop_.run_until([&] { return results_.size() == 2; }));
    ASSERT_FALSE(results_.at(1));
    EXPECT_EQ(results_.at(1).error().code, ErrorCode::changed);
    EXPECT_FALSE(results_.at(2));
}

TEST_F(AHashPool, HasRoomAgainWhenHalfIsDone) {
    held_ = true;
    HashPool pool(1, done());
    const std::size_t room = pool.room();
    ASSERT_GT(room, 1U);
    for (std::uint64_t id = 1; id <= room; ++id) pool.hash(job(id, "x"));
    EXPECT_EQ(pool.room(), 0U);
    held_ = false;
    gate_.open();
    ASSERT_TRUE(loop_.run_until([&] { return results_.size() == room; }));
    EXPECT_EQ(pool.room(), room);
}

TEST_F(AHashPool, IsFullOfLargeFilesAsWell) {
    held_ = true;
    HashPool pool(1, done());
    pool.hash(job(0, "x"));  // which the thread is held up with
    catalog::HashJob large = job(1, "x");
    large.stamp.size_bytes = HashPool::kLargeFileBytes - 2;
    pool.hash(large);
    EXPECT_FALSE(pool.is_full());
    pool.hash(job(2, "yy"));
    EXPECT_TRUE(pool.is_full());
    EXPECT_EQ(pool.room(), 0U);
    held_ = false;
    gate_.open();
    ASSERT_TRUE(loop_.run_until([&] { return results_.size() == 3; }));
    EXPECT_FALSE(pool.is_full());
    EXPECT_GT(pool.room(), 0U);
}

TEST_F(AHashPool, HashesFirstWhatSomebodyWaitsFor) {
    held_ = true;
    HashPool pool(1, [this, post = loop_.post()](const catalog::HashJob& job, auto) {
        if (job.entry.value == 1) gate_.pass();
        post([this, id = job.entry.value] { order_.push_back(id); });
    });
    for (const std::uint64_t id : {1, 2, 3}) pool.hash(job(id, "x"));
    pool.hash(job(4, "x"), HashPool::Turn::first);
    gate_.open();
    ASSERT_TRUE(loop_.run_until([&] { return order_.size() == 4; }));
    const auto place = [&](std::uint64_t id) { return std::ranges::find(order_, id); };
    EXPECT_LT(place(4), place(3));
}

TEST_F(AHashPool, TakesJobsToNobodyWhenItIsStopped) {
    HashPool pool(2, done());
    pool.stop();
    // The one who fills it may not have heard of the stop yet.
    pool.hash(job(1, "late"));
    pool.hash(job(2, "later"));
    pool.stop();
    EXPECT_TRUE(results_.empty());
}

TEST_F(AHashPool, StopsInTheMiddleOfAQueue) {
    held_ = true;
    HashPool pool(1, done());
    for (std::uint64_t id = 1; id <= 8; ++id) pool.hash(job(id, std::string(1 << 20, 'x')));
    gate_.open();
    pool.stop();
    EXPECT_TRUE(loop_.run_until([] { return true; }));
}

}  // namespace
}  // namespace iwant::daemon
