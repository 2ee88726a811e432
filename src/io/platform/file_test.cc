#include "io/platform/file.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "io/platform/folder.h"
#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

using testing::HasSubstr;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(File, ReadsUntilTheBufferIsFullOrTheFileEnds) {
    const TestFolder folder;
    folder.write("a", "0123456789");
    const auto file = File::open_for_reading(folder / "a");
    ASSERT_TRUE(file);
    std::vector<std::uint8_t> buffer(4);
    EXPECT_EQ(file->read_at(8, buffer).value(), 2u);
    EXPECT_EQ(file->read_at(3, buffer).value(), 4u);
    EXPECT_EQ(std::string(buffer.begin(), buffer.end()), "3456");
    EXPECT_EQ(file->read_at(10, buffer).value(), 0u);
}

TEST(File, WritesTheSameThroughTheCacheAndPastIt) {
    const TestFolder folder;
    folder.write("a", std::string(10 * kBlockBytesMax, '.'));
    const Result<Folder> opened = Folder::open(folder.path());
    Result<File> file = opened->open_file_for_writing("a");
    ASSERT_TRUE(file);
    file->bypass_cache();
    alignas(kBlockBytesMax) std::array<std::uint8_t, 3 * kBlockBytesMax> memory{};
    std::string expected(10 * kBlockBytesMax, '.');
    struct Part {
        std::size_t offset;
        std::size_t from;
        std::size_t length;
    };
    std::uint8_t letter = 'a';
    for (const Part part : {Part{0, 0, 2 * kBlockBytesMax}, Part{3 * kBlockBytesMax, 0, 5000},
                            Part{100, 0, kBlockBytesMax}, Part{6 * kBlockBytesMax, 7, 4096},
                            Part{8 * kBlockBytesMax, 0, 100}, Part{10 * kBlockBytesMax, 0, 9000}}) {
        memory.fill(letter);
        const auto bytes = std::span(memory).subspan(part.from, part.length);
        ASSERT_TRUE(file->write_at(part.offset, bytes));
        expected.resize(std::max(expected.size(), part.offset + part.length));
        expected.replace(part.offset, part.length, part.length, static_cast<char>(letter++));
    }
    EXPECT_EQ(read_small_file(folder / "a", 100'000).value(), expected);
}

TEST(File, ThatBypassesTheCacheLeavesNothingInIt) {
    const TestFolder folder;
    const Result<Folder> opened = Folder::open(folder.path());
    Result<File> file = opened->create_file("a", 0600);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->resize(16 * kBlockBytesMax));
    const bool bypasses = file->bypass_cache();
    alignas(kBlockBytesMax) static std::array<std::uint8_t, 16 * kBlockBytesMax> memory;
    ASSERT_TRUE(file->write_at(0, memory));
    void* const mapped =
        ::mmap(nullptr, memory.size(), PROT_READ, MAP_SHARED, file->descriptor(), 0);
    ASSERT_NE(mapped, MAP_FAILED);
    std::array<unsigned char, 16> cached{};
    ASSERT_EQ(::mincore(mapped, memory.size(), cached.data()), 0);
    ::munmap(mapped, memory.size());
    // A file system in memory, say, has nothing else than the cache.
    EXPECT_EQ(std::ranges::count(cached, 0) == 16, bypasses);
}

TEST(File, TellsKindSizeAndTimesOfWhatItIs) {
    const TestFolder folder;
    folder.write("a", "12345");
    const auto file = File::open_for_reading(folder / "a");
    ASSERT_TRUE(file);
    const auto open = file->info();
    const auto at_path = info_of(folder / "a");
    ASSERT_TRUE(open && at_path);
    EXPECT_EQ(open->stamp, at_path->stamp);
    EXPECT_EQ(open->kind, FileKind::file);
    EXPECT_EQ(open->stamp.size_bytes, 5u);
    EXPECT_FALSE(open->executable);
    EXPECT_NEAR(static_cast<double>(open->stamp.modified()), static_cast<double>(unix_now()), 5);
    ::chmod((folder / "a").c_str(), 0755);
    EXPECT_TRUE(file->info()->executable);
    EXPECT_NE(file->info()->stamp.changed_ns, open->stamp.changed_ns);
    EXPECT_EQ(info_of(folder.path())->kind, FileKind::folder);
}

TEST(File, DoesNotFollowASymlinkNorBlockOnAFifo) {
    const TestFolder folder;
    folder.write("target", "secret");
    std::filesystem::create_symlink(folder / "target", folder / "link");
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    for (const char* name : {"link", "fifo", ""}) {
        const auto opened = File::open_for_reading(folder / name);
        ASSERT_FALSE(opened) << name;
        EXPECT_EQ(opened.error().code, ErrorCode::changed) << name;
        EXPECT_THAT(opened.error().operation, HasSubstr(folder.path().string()));
    }
    EXPECT_EQ(info_of(folder / "link")->kind, FileKind::symlink);
    EXPECT_EQ(info_of(folder / "fifo")->kind, FileKind::other);
}

TEST(File, SaysInItsErrorsWhatWasDoneToWhichPath) {
    const TestFolder folder;
    folder.write("a", "");
    ASSERT_TRUE(replace_file(folder / "a", "xxxx", 0600));
    EXPECT_EQ(File::open_for_reading(folder / "none").error().code, ErrorCode::not_found);
    EXPECT_EQ(File::open_for_reading(folder / "a" / "b").error().code, ErrorCode::not_found);
    const auto file = File::open_for_reading(folder / "a");
    EXPECT_EQ(file->write_at(0, bytes_of("y")).error().operation,
              "write " + (folder / "a").string());
}

TEST(File, ReadsSmallFilesOnlyUpToTheLimit) {
    const TestFolder folder;
    folder.write("a", "12345");
    EXPECT_EQ(read_small_file(folder / "a", 5).value(), "12345");
    EXPECT_EQ(read_small_file(folder / "a", 4).error().code, ErrorCode::limit);
    EXPECT_EQ(read_small_file(folder / "b", 4).error().code, ErrorCode::not_found);
    ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_small_file(folder / "fifo", 4).error().code, ErrorCode::changed);
}

TEST(File, ReplacesASmallFileWithTheModeAskedForAndLeavesNothingBeside) {
    const TestFolder folder;
    folder.write("key", "old");
    const mode_t before = ::umask(0077);
    ASSERT_TRUE(replace_file(folder / "key", "new", 0640));
    ::umask(before);
    EXPECT_EQ(folder.read("key"), "new");
    struct stat status{};
    ASSERT_EQ(::stat((folder / "key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0640u);
    folder.make("taken");
    folder.write("taken/x", "");
    EXPECT_FALSE(replace_file(folder / "taken", "new", 0600));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(SystemError, SaysWhatHappenedAndWhatToDo) {
    EXPECT_EQ(system_error(ENOENT, "x").code, ErrorCode::not_found);
    EXPECT_EQ(system_error(EACCES, "x").code, ErrorCode::permission);
    EXPECT_EQ(system_error(EROFS, "x").code, ErrorCode::permission);
    EXPECT_EQ(system_error(ENOSPC, "x").code, ErrorCode::no_space);
    EXPECT_EQ(system_error(EDQUOT, "x").code, ErrorCode::no_space);
    EXPECT_EQ(system_error(EEXIST, "x").code, ErrorCode::already_exists);
    EXPECT_EQ(system_error(EMFILE, "x").code, ErrorCode::limit);
    EXPECT_EQ(system_error(ELOOP, "x").code, ErrorCode::unsafe_name);
    EXPECT_EQ(system_error(ESTALE, "x").code, ErrorCode::io);
    EXPECT_EQ(system_error(EIO, "read x").operation, "read x");
    EXPECT_THAT(system_error(ENOSPC, "x").message, HasSubstr("free some space"));
    EXPECT_FALSE(system_error(ECHILD, "x").message.empty());
}

}  // namespace
}  // namespace iwant::platform
