#include "io/platform/folder.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Everything holds with the newest system calls and with the portable ones.
class FolderTest : public testing::TestWithParam<FolderCalls> {
  protected:
    FolderTest() {
        outside_.write("sentinel", "untouched");
        outside_.make("folder");
    }

    Folder open() const { return Folder::open(inside_.path(), GetParam()).value(); }
    void link_outside(std::string_view relative) const {
        std::filesystem::create_symlink(outside_.path(), inside_ / relative);
    }
    void expect_outside_untouched() const {
        EXPECT_EQ(outside_.read("sentinel"), "untouched");
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside_.path()), {}), 2);
    }

    TestFolder inside_;
    TestFolder outside_;
};

INSTANTIATE_TEST_SUITE_P(Calls, FolderTest,
                         testing::Values(FolderCalls::newest, FolderCalls::portable),
                         [](const auto& tested) {
                             return tested.param == FolderCalls::newest ? "Newest" : "Portable";
                         });

TEST_P(FolderTest, MakesWritesReadsAndRemovesBelowItself) {
    const Folder folder = open();
    ASSERT_TRUE(folder.make_folder("a"));
    ASSERT_TRUE(folder.make_folder("a/b"));
    {
        const auto file = folder.create_file("a/b/c", 0600);
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write_at(2, bytes_of("xyz")));
        ASSERT_TRUE(file->resize(4));
        ASSERT_TRUE(file->sync());
    }
    EXPECT_EQ(inside_.read("a/b/c"), std::string("\0\0xy", 4));
    EXPECT_EQ(folder.info_of("a/b/c")->stamp.size_bytes, 4u);
    EXPECT_EQ(folder.open_folder("a")->info_of("b")->kind, FileKind::folder);
    EXPECT_TRUE(folder.open_file_for_reading("a/b/c"));
    EXPECT_TRUE(folder.open_file_for_writing("a/b/c")->write_at(0, bytes_of("1")));
    EXPECT_FALSE(folder.info_of("a/b/c")->executable);
    ASSERT_TRUE(folder.set_executable("a/b/c"));
    EXPECT_TRUE(folder.info_of("a/b/c")->executable);
    EXPECT_TRUE(folder.sync());
    EXPECT_GT(folder.free_bytes().value(), 0u);
    ASSERT_TRUE(folder.remove_file("a/b/c"));
    EXPECT_EQ(folder.remove_file("a/b/c").error().code, ErrorCode::not_found);
    EXPECT_FALSE(inside_.has("a/b/c"));
}

TEST_P(FolderTest, RefusesPathsThatAreNotPlainNames) {
    const Folder folder = open();
    for (const std::string& path :
         {std::string(""), std::string("."), std::string(".."), std::string("a/../b"),
          std::string("/etc/passwd"), std::string("a//b"), std::string("a/"), std::string("./a"),
          std::string("../x"), std::string("a\0b", 3)}) {
        EXPECT_EQ(folder.create_file(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.make_folder(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.info_of(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.remove_file(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.remove_tree(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.open_folder(path).error().code, ErrorCode::unsafe_name) << path;
        EXPECT_EQ(folder.move_to("x", folder, path).error().code, ErrorCode::unsafe_name) << path;
    }
    EXPECT_TRUE(folder.create_file("..."));
    EXPECT_TRUE(folder.create_file("~"));
}

TEST_P(FolderTest, FollowsNoSymlinkAnywhereBelowItself) {
    link_outside("link");
    std::filesystem::create_symlink(outside_ / "sentinel", inside_ / "file");
    std::filesystem::create_symlink(outside_ / "new", inside_ / "dangling");
    const Folder folder = open();
    inside_.write("mine", "mine");
    EXPECT_EQ(folder.create_file("link/x").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.make_folder("link/x").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.info_of("link/sentinel").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.remove_file("link/sentinel").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.open_folder("link").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.move_to("mine", folder, "link/x").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.open_file_for_writing("file").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.open_file_for_reading("file").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.set_executable("file").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.create_file("dangling").error().code, ErrorCode::already_exists);
    EXPECT_FALSE(folder.remove_tree("link"));
    EXPECT_EQ(folder.info_of("link")->kind, FileKind::symlink);
    EXPECT_EQ(inside_.read("mine"), "mine");
    expect_outside_untouched();
}

TEST_P(FolderTest, FollowsNoSymlinkEvenIfItStaysBelow) {
    inside_.write("real/x", "1");
    std::filesystem::create_directory_symlink("real", inside_ / "link");
    const Folder folder = open();
    EXPECT_EQ(folder.open_folder("link").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.open_file_for_reading("link/x").error().code, ErrorCode::unsafe_name);
    EXPECT_EQ(folder.create_file("link/y").error().code, ErrorCode::unsafe_name);
    EXPECT_TRUE(folder.open_file_for_reading("real/x"));
}

TEST_P(FolderTest, OpensItselfThroughASymlink) {
    link_outside("root");
    const auto folder = Folder::open(inside_ / "root", GetParam());
    ASSERT_TRUE(folder);
    EXPECT_TRUE(folder->info_of("sentinel"));
    EXPECT_TRUE(folder->is_still_at_its_path());
}

TEST_P(FolderTest, DoesNotBlockOnAFifoNorTakeItForAFile) {
    ASSERT_EQ(::mkfifo((inside_ / "fifo").c_str(), 0600), 0);
    inside_.make("folder");
    const Folder folder = open();
    for (const char* name : {"fifo", "folder"}) {
        EXPECT_EQ(folder.open_file_for_reading(name).error().code, ErrorCode::changed) << name;
        EXPECT_EQ(folder.open_file_for_writing(name).error().code, ErrorCode::changed) << name;
        EXPECT_EQ(folder.create_file(name).error().code, ErrorCode::already_exists) << name;
    }
}

TEST_P(FolderTest, NeverMovesOverSomethingThatExists) {
    inside_.write("a", "mine");
    inside_.write("file", "yours");
    inside_.make("empty");
    inside_.write("tree/x", "mine");
    std::filesystem::create_symlink(outside_ / "new", inside_ / "dangling");
    const Folder folder = open();
    for (const char* from : {"a", "tree"}) {
        for (const char* to : {"file", "empty", "dangling"}) {
            EXPECT_EQ(folder.move_to(from, folder, to).error().code, ErrorCode::already_exists)
                << from << " to " << to;
        }
    }
    EXPECT_EQ(inside_.read("file"), "yours");
    EXPECT_EQ(inside_.read("a"), "mine");
    EXPECT_TRUE(inside_.has("tree/x"));
    expect_outside_untouched();
}

TEST_P(FolderTest, MovesFilesAndFoldersToAnotherFolder) {
    inside_.write("parts/a", "mine");
    inside_.write("parts/tree/x", "x");
    inside_.make("done");
    const Folder parts = open().open_folder("parts").value();
    const Folder folder = open();
    ASSERT_TRUE(parts.move_to("a", folder, "done/a"));
    ASSERT_TRUE(parts.move_to("tree", folder, "done/tree"));
    EXPECT_EQ(inside_.read("done/a"), "mine");
    EXPECT_EQ(inside_.read("done/tree/x"), "x");
    EXPECT_FALSE(inside_.has("parts/a"));
    EXPECT_FALSE(inside_.has("parts/tree"));
    EXPECT_EQ(parts.move_to("none", folder, "n").error().code, ErrorCode::not_found);
    EXPECT_FALSE(inside_.has("n"));
}

TEST_P(FolderTest, RemovesATreeWithoutFollowingItsLinks) {
    inside_.write("tree/a/b/c", "");
    inside_.write("tree/d", "");
    for (int i = 0; i < 500; ++i) inside_.write("tree/many/" + std::to_string(i), "");
    link_outside("tree/a/link");
    std::filesystem::create_symlink(outside_ / "sentinel", inside_ / "tree/file");
    inside_.write("file", "kept");
    const Folder folder = open();
    ASSERT_TRUE(folder.remove_tree("tree"));
    EXPECT_FALSE(inside_.has("tree"));
    EXPECT_FALSE(folder.remove_tree("file"));
    EXPECT_EQ(inside_.read("file"), "kept");
    EXPECT_EQ(folder.remove_tree("tree").error().code, ErrorCode::not_found);
    expect_outside_untouched();
}

TEST_P(FolderTest, DoesNotRemoveATreeThatIsTooDeep) {
    std::string path = "deep";
    for (int i = 0; i < 200; ++i) path += "/d";
    inside_.make(path);
    const Folder folder = open();
    EXPECT_EQ(folder.remove_tree("deep").error().code, ErrorCode::limit);
}

TEST_P(FolderTest, ListsWhatIsInItWithoutFollowingLinks) {
    inside_.write("file", "123");
    inside_.make("folder");
    inside_.write("bad\xff", "");
    link_outside("link");
    const Folder folder = open();
    for (int round = 0; round < 2; ++round) {
        std::map<std::string, FileKind> seen;
        ASSERT_TRUE(folder.list([&](FolderEntry entry) {
            seen[entry.name] = entry.info.kind;
            return true;
        }));
        EXPECT_THAT(seen, testing::UnorderedElementsAre(testing::Pair("file", FileKind::file),
                                                        testing::Pair("folder", FileKind::folder),
                                                        testing::Pair("bad\xff", FileKind::file),
                                                        testing::Pair("link", FileKind::symlink)));
    }
    int visits = 0;
    ASSERT_TRUE(folder.list([&](const FolderEntry&) { return ++visits < 2; }));
    EXPECT_EQ(visits, 2);
}

TEST_P(FolderTest, KnowsWhenItIsNoLongerAtItsPath) {
    inside_.make("root");
    const auto folder = Folder::open(inside_ / "root", GetParam());
    ASSERT_TRUE(folder);
    EXPECT_TRUE(folder->is_still_at_its_path());
    std::filesystem::rename(inside_ / "root", inside_ / "moved");
    EXPECT_FALSE(folder->is_still_at_its_path());
    inside_.make("root");
    EXPECT_FALSE(folder->is_still_at_its_path());
    ASSERT_TRUE(folder->create_file("x"));
    EXPECT_TRUE(inside_.has("moved/x"));
}

TEST(Folder, MakesItsPathWhereItLacks) {
    const TestFolder folder;
    EXPECT_EQ(Folder::open(folder / "a/b").error().code, ErrorCode::not_found);
    EXPECT_TRUE(Folder::open_or_create(folder / "a/b"));
    EXPECT_TRUE(Folder::open_or_create(folder / "a/b"));
    folder.write("file", "");
    EXPECT_FALSE(Folder::open_or_create(folder / "file"));
}

TEST(Folder, RemovesAFolderOnlyWhenItIsEmpty) {
    const TestFolder scratch;
    scratch.write("full/file", "x");
    scratch.make("empty");
    const Folder folder = Folder::open(scratch.path()).value();
    EXPECT_EQ(folder.remove_empty_folder("full").error().code, ErrorCode::already_exists);
    EXPECT_TRUE(folder.remove_empty_folder("empty"));
    EXPECT_TRUE(scratch.has("full/file"));
    EXPECT_FALSE(scratch.has("empty"));
    EXPECT_FALSE(folder.remove_empty_folder("full/file"));
}

TEST(Folder, MakesAFileSystemDurableWhereTheSystemCan) {
    const TestFolder scratch;
    EXPECT_TRUE(Folder::open(scratch.path()).value().sync_file_system());
}

}  // namespace
}  // namespace iwant::platform
