// The order of downloads as their swarm shows it.

#include "core/swarm/download_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/swarm/swarm.h"
#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using namespace std::chrono_literals;
using test::kMiB;
using test::Library;
using test::World;
using testing::ElementsAre;

class DownloadQueueTest : public testing::Test {
  protected:
    void SetUp() override {
        world_.add_peer(1, {.rate = kMiB});
        for (std::uint64_t id = 1; id <= 4; ++id) {
            const std::uint64_t size = 100 * kMiB;
            world_.ask(world_.target_for(EntryKind::file, library_.file(size).hash, size), id);
        }
        world_.run_for(100ms);
    }

    void move(std::uint64_t id, QueuePlace to) { world_.tell(MoveAsked{DownloadId{id}, to}); }
    std::vector<std::uint64_t> order() {
        std::vector<std::uint64_t> ids;
        for (const auto& status : world_.swarm().downloads(world_.now()))
            ids.push_back(status.id.value);
        return ids;
    }
    std::vector<std::uint64_t> running() {
        std::vector<std::uint64_t> ids;
        for (const auto& status : world_.swarm().downloads(world_.now()))
            if (status.state != DownloadState::queued) ids.push_back(status.id.value);
        return ids;
    }

    Library library_{1};
    World world_{library_, 1, {.parallel_max = 2}};
};

TEST_F(DownloadQueueTest, NewOnesGoToTheEndAndKnowTheirPlace) {
    EXPECT_THAT(order(), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(world_.status(1).place, 0u);
    EXPECT_EQ(world_.status(3).place, 1u);
    EXPECT_EQ(world_.status(4).place, 2u);
    EXPECT_EQ(world_.swarm().downloads(world_.now()).back().place, 2u);
}

TEST_F(DownloadQueueTest, MovesGoByOneOrToAnEnd) {
    move(4, QueuePlace::up);
    EXPECT_THAT(order(), ElementsAre(1, 2, 4, 3));
    move(4, QueuePlace::down);
    EXPECT_THAT(order(), ElementsAre(1, 2, 3, 4));
    move(4, QueuePlace::first);
    EXPECT_THAT(order(), ElementsAre(4, 1, 2, 3));
    move(1, QueuePlace::last);
    EXPECT_THAT(order(), ElementsAre(4, 2, 3, 1));
    move(4, QueuePlace::up);
    move(1, QueuePlace::down);
    move(4, QueuePlace::first);
    move(1, QueuePlace::last);
    EXPECT_THAT(order(), ElementsAre(4, 2, 3, 1)) << "there was nowhere to go";
}

TEST_F(DownloadQueueTest, WhoIsMovedForwardRunsInPlaceOfTheLastOne) {
    EXPECT_THAT(running(), ElementsAre(1, 2));
    move(4, QueuePlace::first);
    world_.run_for(100ms);
    EXPECT_THAT(running(), ElementsAre(4, 1));
    EXPECT_EQ(world_.status(2).place, 1u);
    const std::uint64_t kept = world_.status(1).bytes_done;
    EXPECT_GE(world_.status(1).bytes_done, kept);
}

TEST_F(DownloadQueueTest, OneThatIsJustPreparedGivesWayWhenItIs) {
    for (std::uint64_t id = 1; id <= 4; ++id) world_.tell(PauseAsked{DownloadId{id}});
    world_.tell(ResumeAsked{DownloadId{1}});
    world_.run_for(100ms);
    world_.tell(ResumeAsked{DownloadId{2}});
    world_.tell(ResumeAsked{DownloadId{4}});
    ASSERT_TRUE(world_.is_open(2)) << "it is being prepared";
    move(4, QueuePlace::first);
    EXPECT_TRUE(world_.is_open(1)) << "it need not give way";
    EXPECT_EQ(world_.status(4).state, DownloadState::queued);
    world_.run_for(100ms);
    EXPECT_EQ(world_.status(4).state, DownloadState::transferring);
    EXPECT_EQ(world_.status(1).state, DownloadState::transferring);
    EXPECT_EQ(world_.status(2).state, DownloadState::queued);
    EXPECT_FALSE(world_.is_open(2));
}

TEST_F(DownloadQueueTest, AMoveAmongThoseWhoWaitDisturbsNobody) {
    move(4, QueuePlace::up);
    EXPECT_THAT(running(), ElementsAre(1, 2));
    move(1, QueuePlace::down);
    EXPECT_THAT(running(), ElementsAre(2, 1));
}

TEST_F(DownloadQueueTest, OneThatIsMovedBehindGivesItsPlaceUpAndGoesOnLater) {
    move(1, QueuePlace::last);
    world_.run_for(100ms);
    EXPECT_THAT(running(), ElementsAre(2, 3));
    for (std::uint64_t id = 1; id <= 4; ++id) ASSERT_TRUE(world_.run_until_done(id)) << id;
}

TEST_F(DownloadQueueTest, TheOrderIsKeptOverARestart) {
    move(4, QueuePlace::first);
    move(1, QueuePlace::last);
    world_.restart();
    EXPECT_THAT(order(), ElementsAre(4, 2, 3, 1));
}

TEST_F(DownloadQueueTest, EqualRanksOfOldRecordsComeInOrderAndCanBeExchanged) {
    for (auto& [id, record] : world_.records()) record.rank = 0;
    world_.restart();
    EXPECT_THAT(order(), ElementsAre(1, 2, 3, 4));
    move(2, QueuePlace::up);
    EXPECT_THAT(order(), ElementsAre(2, 1, 3, 4));
}

TEST_F(DownloadQueueTest, UpGoesPastThoseThatHaveEnded) {
    for (const std::uint64_t id : {4, 3, 1}) world_.tell(PauseAsked{DownloadId{id}});
    ASSERT_TRUE(world_.run_until_done(2));
    move(4, QueuePlace::up);
    move(4, QueuePlace::up);
    EXPECT_THAT(order(), ElementsAre(4, 2, 1, 3)) << "2 is done and stays where it is";
}

}  // namespace
}  // namespace iwant::swarm
