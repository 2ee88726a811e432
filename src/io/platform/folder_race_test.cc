// An attacker with access to the download folder swaps a folder for a symlink while files are made
// in it. Whatever the moment, nothing is ever made, changed or removed outside.

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/platform/folder.h"
#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

constexpr std::chrono::milliseconds kRaceTime{500};
constexpr unsigned kExchange = 1 << 1;  // RENAME_EXCHANGE

class FolderRaceTest : public testing::TestWithParam<FolderCalls> {};

INSTANTIATE_TEST_SUITE_P(Calls, FolderRaceTest,
                         testing::Values(FolderCalls::newest, FolderCalls::portable),
                         [](const auto& tested) {
                             return tested.param == FolderCalls::newest ? "Newest" : "Portable";
                         });

struct Tally {
    int done = 0;
    int refused = 0;
};

/// One round of everything that a download does below `sub`.
void work(const Folder& folder, int round, Tally& tally) {
    const std::string name = "sub/f" + std::to_string(round % 50);
    const auto count = [&](bool done) { ++(done ? tally.done : tally.refused); };
    count(folder.create_file(name).has_value());
    count(folder.make_folder("sub/folder").has_value());
    count(folder.open_file_for_writing("sub/sentinel").has_value());
    count(folder.set_executable("sub/sentinel").has_value());
    count(folder.move_to("mine", folder, "sub/mine").has_value());
    count(folder.move_to("sub/mine", folder, "mine").has_value());
    count(folder.remove_file("sub/sentinel").has_value());
    count(folder.remove_file(name).has_value());
    count(folder.remove_tree("sub/folder").has_value());
}

TEST_P(FolderRaceTest, SwappingAFolderForASymlinkLeadsNothingOutside) {
    const TestFolder inside;
    const TestFolder outside;
    outside.write("sentinel", "untouched");
    outside.make("folder");
    inside.make("sub");
    inside.write("mine", "mine");
    std::filesystem::create_symlink(outside.path(), inside / "link");
    const Folder folder = Folder::open(inside.path(), GetParam()).value();

    std::atomic<bool> stop = false;
    std::thread attacker([&] {
        const std::string one = inside / "sub";
        const std::string other = inside / "link";
        while (!stop) {
            ::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), kExchange);
        }
    });
    Tally tally;
    const Time end = now() + kRaceTime;
    for (int round = 0; now() < end; ++round) work(folder, round, tally);
    stop = true;
    attacker.join();

    EXPECT_GT(tally.done, 0);
    EXPECT_GT(tally.refused, 0);
    EXPECT_EQ(outside.read("sentinel"), "untouched");
    EXPECT_FALSE(info_of(outside / "sentinel")->executable);
    EXPECT_TRUE(outside.has("folder"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside.path()), {}), 2);
}

/// Two who move to the same name: one wins, the other's file stays where it was.
TEST_P(FolderRaceTest, OfTwoMovesToOneNameOneIsRefused) {
    const TestFolder inside;
    const Folder folder = Folder::open(inside.path(), GetParam()).value();
    for (int round = 0; round < 200; ++round) {
        inside.write("a", "a");
        inside.write("b", "b");
        Result<void> one;
        Result<void> other;
        std::thread thread([&] { one = folder.move_to("a", folder, "target"); });
        other = folder.move_to("b", folder, "target");
        thread.join();
        ASSERT_NE(one.has_value(), other.has_value());
        ASSERT_EQ(inside.read("target"), one ? "a" : "b");
        ASSERT_TRUE(inside.has(one ? "b" : "a"));
        std::filesystem::remove(inside / "target");
    }
}

}  // namespace
}  // namespace iwant::platform
