// Small files of ours (settings, tokens) are replaced whole or not at all, wherever the program is
// killed or the disk fails.

#include <fstream>

#include <gtest/gtest.h>

#include "io/platform/file.h"
#include "io/platform/test_folder.h"
#include "io/platform/test_trace.h"

namespace iwant::platform {
namespace {

const std::string kOld = "old";
const std::string kNew(10'000, 'n');

class SmallFile : public testing::Test {
  protected:
    SmallFile() { EXPECT_TRUE(replace_file(path_, kOld, 0600)); }

    std::string content() const {
        return read_small_file(path_, 20'000).value_or("cannot be read");
    }

    TestFolder folder_;
    const std::filesystem::path path_ = folder_ / "config.toml";
};

TEST_F(SmallFile, IsWholeWhereverTheProgramIsKilled) {
    bool seen_old = false;
    bool seen_new = false;
    const auto replace = [&] { static_cast<void>(replace_file(path_, kNew, 0600)); };
    const std::uint64_t calls =
        TestTrace::at_each_call(TestTrace::Kill{}, replace, [&](std::uint64_t call) {
            const std::string now = content();
            EXPECT_TRUE(now == kOld || now == kNew) << "killed at call " << call;
            (now == kOld ? seen_old : seen_new) = true;
            ASSERT_TRUE(replace_file(path_, kOld, 0600));
        });
    EXPECT_GE(calls, 5u) << "create, write, sync, rename, sync";
    EXPECT_TRUE(seen_old && seen_new);
}

TEST_F(SmallFile, StaysAsItWasWhereTheDiskIsFull) {
    if (!TestTrace::kCanFail) GTEST_SKIP() << "calls cannot be made to fail on this processor";
    const auto replace = [&] {
        const Result<void> replaced = replace_file(path_, kNew, 0600);
        if (replaced) return;
        std::ofstream(folder_ / "told") << (replaced.error().code == ErrorCode::no_space);
    };
    const std::uint64_t calls =
        TestTrace::at_each_call(TestTrace::Fail{ENOSPC}, replace, [&](std::uint64_t call) {
            const std::string now = content();
            EXPECT_TRUE(now == kOld || now == kNew) << "failed at call " << call;
            const std::string told = read_small_file(folder_ / "told", 10).value_or("");
            EXPECT_TRUE(now == kNew || told == "1") << "failed at call " << call;
            std::filesystem::remove(folder_ / "told");
            EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1)
                << "nothing is left beside it";
            ASSERT_TRUE(replace_file(path_, kOld, 0600));
        });
    EXPECT_GE(calls, 5u);
}

}  // namespace
}  // namespace iwant::platform
