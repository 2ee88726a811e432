#include "io/platform/watch.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

class WatchTest : public testing::Test {
  protected:
    WatchTest() : watch_(Watch::open().value()) { folder_.make("w"); }

    std::filesystem::path at(const std::string& name) const { return folder_ / ("w/" + name); }

    /// Waits until an event for `path` has come; false when there is none within a few seconds.
    bool told(const std::filesystem::path& path) {
        const Time end = now() + std::chrono::seconds(5);
        while (now() < end) {
            for (const WatchEvent& event : seen_) {
                if (event.path == path) {
                    last_ = event;
                    return true;
                }
            }
            auto events = watch_->wait(std::chrono::milliseconds(100));
            if (!events) return false;
            seen_.insert(seen_.end(), events->begin(), events->end());
        }
        return false;
    }

    /// Everything told until now is dropped.
    void forget() {
        while (!watch_->wait(std::chrono::milliseconds(0))->empty()) continue;
        seen_.clear();
    }

    TestFolder folder_;
    std::unique_ptr<Watch> watch_;
    std::vector<WatchEvent> seen_;
    WatchEvent last_;
};

TEST_F(WatchTest, TellsOfCreatedChangedAndRemovedFiles) {
    ASSERT_TRUE(watch_->add_folder(folder_ / "w"));
    EXPECT_EQ(watch_->folders_watched(), 1u);
    folder_.write("w/a", "1");
    ASSERT_TRUE(told(at("a")));
    EXPECT_FALSE(last_.deep);
    forget();
    folder_.write("w/a", "2");
    EXPECT_TRUE(told(at("a")));
    forget();
    std::filesystem::remove(at("a"));
    EXPECT_TRUE(told(at("a")));
}

TEST_F(WatchTest, TellsBothEndsOfARenameAndThatTheFileIsWhole) {
    folder_.write("w/a", "1");
    ASSERT_TRUE(watch_->add_folder(folder_ / "w"));
    std::filesystem::rename(at("a"), at("b"));
    EXPECT_TRUE(told(at("a")));
    ASSERT_TRUE(told(at("b")));
    EXPECT_TRUE(last_.closed);
}

TEST_F(WatchTest, ANewFolderIsToBeLookedAtDeeply) {
    ASSERT_TRUE(watch_->add_folder(folder_ / "w"));
    folder_.make("w/new");
    ASSERT_TRUE(told(at("new")));
    EXPECT_TRUE(last_.deep);
}

TEST_F(WatchTest, ARenamedFolderLosesItsWatchesUntilTheyAreAddedAgain) {
    folder_.make("w/old/sub");
    for (const char* each : {"w", "w/old", "w/old/sub"}) {
        ASSERT_TRUE(watch_->add_folder(folder_ / each));
    }
    std::filesystem::rename(at("old"), at("new"));
    ASSERT_TRUE(told(at("old")));
    ASSERT_TRUE(told(at("new")));
    EXPECT_TRUE(last_.deep);
    forget();
    EXPECT_EQ(watch_->folders_watched(), 1u);
    ASSERT_TRUE(watch_->add_folder(at("new")));
    ASSERT_TRUE(watch_->add_folder(at("new/sub")));
    folder_.write("w/new/sub/x", "");
    EXPECT_TRUE(told(at("new/sub/x")));
    for (const WatchEvent& event : seen_) EXPECT_NE(event.path, at("old/sub/x"));
}

TEST_F(WatchTest, AFolderAddedUnderItsNewNameBeforeItsRenameIsToldStaysWatched) {
    folder_.make("w/old");
    ASSERT_TRUE(watch_->add_folder(folder_ / "w"));
    ASSERT_TRUE(watch_->add_folder(at("old")));
    std::filesystem::rename(at("old"), at("new"));
    ASSERT_TRUE(watch_->add_folder(at("new")));
    ASSERT_TRUE(told(at("new")));
    forget();
    // The caller looks at what it was told of, and so adds it again.
    ASSERT_TRUE(watch_->add_folder(at("new")));
    folder_.write("w/new/x", "");
    EXPECT_TRUE(told(at("new/x")));
    EXPECT_EQ(watch_->folders_watched(), 2u);
}

TEST_F(WatchTest, RemovesAWholeTreeOfWatchesAndNothingBeside) {
    folder_.make("w/a/b");
    folder_.make("w/a0");
    for (const char* each : {"w", "w/a", "w/a/b", "w/a0"}) {
        ASSERT_TRUE(watch_->add_folder(folder_ / each));
    }
    watch_->remove_tree(at("a"));
    EXPECT_EQ(watch_->folders_watched(), 2u);
    folder_.write("w/a/b/x", "");
    folder_.write("w/a0/x", "");
    EXPECT_TRUE(told(at("a0/x")));
    for (const WatchEvent& event : seen_) EXPECT_NE(event.path, at("a/b/x"));
}

TEST_F(WatchTest, TellsWhenTheWatchedFolderItselfGoes) {
    ASSERT_TRUE(watch_->add_folder(folder_ / "w"));
    std::filesystem::rename(folder_ / "w", folder_ / "v");
    ASSERT_TRUE(told(folder_ / "w"));
    EXPECT_TRUE(last_.deep);
    EXPECT_EQ(watch_->folders_watched(), 0u);
}

TEST_F(WatchTest, DoesNotWatchThroughASymlinkNorAFile) {
    std::filesystem::create_symlink(folder_ / "w", folder_ / "link");
    folder_.write("file", "");
    EXPECT_FALSE(watch_->add_folder(folder_ / "link"));
    EXPECT_FALSE(watch_->add_folder(folder_ / "file"));
    EXPECT_EQ(watch_->add_folder(folder_ / "none").error().code, ErrorCode::not_found);
    EXPECT_EQ(watch_->folders_watched(), 0u);
}

TEST_F(WatchTest, CanBeWokenFromAnotherThread) {
    std::thread waker([&] { watch_->wake(); });
    const Time before = now();
    const auto events = watch_->wait(std::chrono::seconds(30));
    waker.join();
    ASSERT_TRUE(events);
    EXPECT_TRUE(events->empty());
    EXPECT_LT(now() - before, std::chrono::seconds(20));
}

}  // namespace
}  // namespace iwant::platform
