#include "io/platform/paths.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

using testing::HasSubstr;

mode_t mode_of(const std::filesystem::path& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777;
}

TEST(Paths, ResolvesWhatPeopleType) {
    const TestFolder folder;
    folder.make("real/sub");
    std::filesystem::create_symlink(folder / "real", folder / "link");
    ::setenv("HOME", folder.path().c_str(), 1);
    EXPECT_EQ(home_folder().value(), folder.path());
    EXPECT_EQ(default_state_folder().value(), folder / ".iwant");
    EXPECT_EQ(resolve("~").value(), folder.path());
    EXPECT_EQ(resolve("~/x/../y/").value(), folder / "y");
    EXPECT_EQ(resolve((folder / "link/sub/.").string()).value(), folder / "real/sub");
    EXPECT_EQ(resolve((folder / "link/new/deep").string()).value(), folder / "real/new/deep");
    EXPECT_EQ(resolve("x").value(), std::filesystem::current_path() / "x");
    EXPECT_EQ(resolve("/").value(), "/");
    EXPECT_FALSE(resolve(""));
    ::unsetenv("HOME");
    EXPECT_TRUE(home_folder());
}

TEST(Paths, KnowsWhatIsBelowWhat) {
    EXPECT_TRUE(is_same_or_below("/a/b", "/a"));
    EXPECT_TRUE(is_same_or_below("/a", "/a"));
    EXPECT_TRUE(is_same_or_below("/a", "/a/"));
    EXPECT_TRUE(is_same_or_below("/a/", "/a"));
    EXPECT_TRUE(is_same_or_below("/a", "/"));
    EXPECT_FALSE(is_same_or_below("/ab", "/a"));
    EXPECT_FALSE(is_same_or_below("/a", "/a/b"));
}

TEST(Paths, MakesAPrivateFolderForThisUserOnly) {
    const TestFolder folder;
    ASSERT_TRUE(make_private_folder(folder / "a/state"));
    EXPECT_EQ(mode_of(folder / "a/state"), 0700u);
    EXPECT_TRUE(make_private_folder(folder / "a/state/"));
}

TEST(Paths, RefusesAPrivateFolderThatOthersReach) {
    const TestFolder folder;
    folder.make("open");
    folder.write("file", "");
    ::chmod((folder / "open").c_str(), 0770);
    std::filesystem::create_symlink(folder / "open", folder / "link");
    const auto open = make_private_folder(folder / "open");
    ASSERT_FALSE(open);
    EXPECT_EQ(open.error().code, ErrorCode::permission);
    EXPECT_THAT(open.error().message, HasSubstr("chmod 700 '" + (folder / "open").string()));
    EXPECT_THAT(make_private_folder(folder / "link").error().message, HasSubstr("symbolic link"));
    EXPECT_THAT(make_private_folder(folder / "link/").error().message, HasSubstr("symbolic link"));
    EXPECT_THAT(make_private_folder(folder / "file").error().message, HasSubstr("not a folder"));
}

TEST(Paths, RefusesAPrivateFolderOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "skipped: needs root";
    const TestFolder folder;
    folder.make("theirs");
    ::chmod((folder / "theirs").c_str(), 0700);
    ASSERT_EQ(::chown((folder / "theirs").c_str(), 12345, 12345), 0);
    EXPECT_THAT(make_private_folder(folder / "theirs").error().message, HasSubstr("another user"));
}

TEST(Paths, ReadsTheEnvironment) {
    ::setenv("IWANT_TEST_VARIABLE", "x", 1);
    EXPECT_EQ(environment("IWANT_TEST_VARIABLE"), "x");
    ::unsetenv("IWANT_TEST_VARIABLE");
    EXPECT_EQ(environment("IWANT_TEST_VARIABLE"), "");
    EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace iwant::platform
