#include "app/daemon/part_folder_files.h"

#include <array>
#include <filesystem>
#include <thread>

#include <barrier>
#include <gtest/gtest.h>

#include "io/platform/test_folder.h"

namespace iwant::daemon {
namespace {

constexpr std::uint32_t kFiles = 40;

/// Files of several pieces, none of which is there yet.
class PartFilesTest : public testing::Test {
  protected:
    PartFilesTest() {
        for (std::uint32_t i = 0; i < kFiles; ++i) {
            plan_.files.push_back(
                {.path = "f" + std::to_string(i), .size_bytes = 3 * kPieceSizeMin, .file = {}});
        }
        std::filesystem::create_directory(scratch_.path() / "content");
    }

    platform::TestFolder scratch_;
    platform::Folder folder_ = platform::Folder::open(scratch_.path()).value();
    swarm::Plan plan_;
};

TEST_F(PartFilesTest, ThreadsThatOpenTheSameFilesAtOnceWriteOnTheSameFiles) {
    PartFiles files(folder_, plan_);
    std::vector<std::thread> threads;
    std::barrier together(3);
    for (std::uint8_t thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::uint32_t i = 0; i < kFiles; ++i) {
                together.arrive_and_wait();
                const auto file = files.open(FileIndex{i});
                if (!file) ADD_FAILURE() << file.error().text();
                if (!file) continue;
                const std::array<std::uint8_t, 1> mine{static_cast<std::uint8_t>('a' + thread)};
                EXPECT_TRUE((*file)->write_at(thread, mine));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint32_t i = 0; i < kFiles; ++i) {
        std::array<std::uint8_t, 3> all{};
        const auto file = files.open(FileIndex{i});
        ASSERT_TRUE(file && (*file)->read_at(0, all));
        EXPECT_EQ(all, (std::array<std::uint8_t, 3>{'a', 'b', 'c'})) << "in file " << i;
    }
}

TEST_F(PartFilesTest, NothingIsMadeOnceTheyAreClosed) {
    PartFiles files(folder_, plan_);
    ASSERT_TRUE(files.open(FileIndex{0}));
    std::thread other([&] {
        for (std::uint32_t i = 1; i < kFiles; ++i) (void)files.open(FileIndex{i});
    });
    files.close();
    const auto made =
        std::distance(std::filesystem::directory_iterator(scratch_.path() / "content"),
                      std::filesystem::directory_iterator());
    other.join();
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch_.path() / "content"),
                            std::filesystem::directory_iterator()),
              made);
    const auto late = files.open(FileIndex{0});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace iwant::daemon
