#include "app/daemon/event_batch.h"

#include <thread>

#include <gtest/gtest.h>

namespace iwant::daemon {
namespace {

class EventBatchTest : public testing::Test {
  protected:
    void run_posted() {
        for (const Task& task : std::exchange(posted_, {})) task();
    }

    std::vector<Task> posted_;
    std::vector<std::uint64_t> delivered_;
    EventBatch batch_{[this](Task task) { posted_.push_back(std::move(task)); },
                      [this](swarm::Event event) {
                          delivered_.push_back(std::get<swarm::FetchEnded>(event).fetch.value);
                      }};
};

TEST_F(EventBatchTest, WhatIsToldBeforeTheEventThreadComesArrivesTogetherAndInOrder) {
    for (std::uint64_t i = 1; i <= 1000; ++i) batch_.tell(swarm::FetchEnded{FetchId{i}, {}});
    EXPECT_EQ(1U, posted_.size());
    EXPECT_TRUE(delivered_.empty());
    run_posted();
    ASSERT_EQ(1000U, delivered_.size());
    EXPECT_EQ(1U, delivered_.front());
    EXPECT_TRUE(std::ranges::is_sorted(delivered_));
}

TEST_F(EventBatchTest, WhatIsToldLaterIsPostedAgain) {
    batch_.tell(swarm::FetchEnded{FetchId{1}, {}});
    run_posted();
    batch_.tell(swarm::FetchEnded{FetchId{2}, {}});
    EXPECT_EQ(1U, posted_.size());
    run_posted();
    EXPECT_EQ((std::vector<std::uint64_t>{1, 2}), delivered_);
}

TEST_F(EventBatchTest, NothingIsLostBetweenThreads) {
    constexpr std::uint64_t kEach = 5000;
    const auto tell = [this] {
        for (std::uint64_t i = 0; i < kEach; ++i) batch_.tell(swarm::FetchEnded{FetchId{i}, {}});
    };
    {
        // Only the tellers post here, under the batch's lock.
        std::jthread one(tell);
        std::jthread two(tell);
    }
    run_posted();
    EXPECT_EQ(2 * kEach, delivered_.size());
}

}  // namespace
}  // namespace iwant::daemon
