#include "app/daemon/worker.h"

#include <future>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "app/daemon/test_loop.h"

namespace iwant::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A worker whose thread is held at a gate, so that what is posted waits.
class AWorker : public testing::Test {
  protected:
    ~AWorker() override { gate_.open(); }

    void hold() {
        worker_.post([this] {
            held_.open();
            EXPECT_TRUE(gate_.pass());
        });
        ASSERT_TRUE(held_.pass());
    }

    Gate held_;
    Gate gate_;
    Worker worker_{"test"};
};

TEST_F(AWorker, RunsTasksInTheOrderTheyWerePosted) {
    std::vector<int> order;
    hold();
    for (int i = 0; i < 100; ++i) worker_.post([&order, i] { order.push_back(i); });
    gate_.open();
    worker_.finish();
    ASSERT_EQ(order.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_F(AWorker, FinishRunsWhatWaitsAndDropsWhatComesLater) {
    int runs = 0;
    hold();
    worker_.post([&] { ++runs; });
    gate_.open();
    worker_.finish();
    worker_.post([&] { runs += 100; });
    worker_.finish();
    EXPECT_EQ(runs, 1);
}

TEST_F(AWorker, StopDropsWhatWaits) {
    bool ran = false;
    hold();
    auto owned = std::make_shared<int>();
    const std::weak_ptr<int> waiting = owned;
    worker_.post([&ran, owned = std::move(owned)] { ran = true; });
    auto stopped = std::async(std::launch::async, [&] { worker_.stop(); });
    // The waiting task is gone before the running one is waited for.
    while (!waiting.expired()) std::this_thread::yield();
    gate_.open();
    stopped.get();
    EXPECT_FALSE(ran);
}

TEST_F(AWorker, TakesNoMoreForOthersThanItsMaximum) {
    hold();
    std::size_t taken = 0;
    std::size_t runs = 0;
    while (worker_.try_post([&] { ++runs; })) ++taken;
    EXPECT_EQ(taken, Worker::kForeignTasksMax);
    worker_.post([&] { ++runs; });
    gate_.open();
    worker_.finish();
    EXPECT_EQ(runs, Worker::kForeignTasksMax + 1) << "our own work is always taken";
}

TEST_F(AWorker, WaitsForRoomWithAProducerThatIsFaster) {
    hold();
    for (std::size_t i = 0; i < Worker::kRoomTasks; ++i) worker_.post([] {});
    bool ran = false;
    auto posted =
        std::async(std::launch::async, [&] { worker_.post_when_room([&] { ran = true; }); });
    EXPECT_EQ(posted.wait_for(milliseconds(20)), std::future_status::timeout);
    gate_.open();
    ASSERT_EQ(posted.wait_for(seconds(20)), std::future_status::ready);
    worker_.finish();
    EXPECT_TRUE(ran);
}

TEST_F(AWorker, LetsAProducerGoThatWaitsForRoomWhenItStops) {
    hold();
    for (std::size_t i = 0; i < Worker::kRoomTasks; ++i) worker_.post([] {});
    auto posted = std::async(std::launch::async, [&] { worker_.post_when_room([] {}); });
    auto stopped = std::async(std::launch::async, [&] { worker_.stop(); });
    EXPECT_EQ(posted.wait_for(seconds(20)), std::future_status::ready);
    gate_.open();
    stopped.get();
}

/// Posts once more when it goes.
struct PostsAtItsEnd {
    explicit PostsAtItsEnd(Worker& owner) : worker(owner) {}
    ~PostsAtItsEnd() {
        worker.post([] {});
    }
    PostsAtItsEnd(const PostsAtItsEnd&) = delete;
    PostsAtItsEnd& operator=(const PostsAtItsEnd&) = delete;
    Worker& worker;
};

TEST_F(AWorker, MayBePostedToByWhatADroppedTaskOwned) {
    hold();
    worker_.post([owned = std::make_shared<PostsAtItsEnd>(worker_)] {});
    auto stopped = std::async(std::launch::async, [&] { worker_.stop(); });
    gate_.open();
    EXPECT_EQ(stopped.wait_for(seconds(20)), std::future_status::ready);
}

}  // namespace
}  // namespace iwant::daemon
