#include "io/scanner/file_hasher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/prng.h"
#include "io/platform/test_folder.h"

namespace iwant::scanner {
namespace {

std::string bytes_of_size(std::size_t size) {
    std::string bytes(size, '\0');
    Prng prng(size);
    for (char& byte : bytes) byte = static_cast<char>(prng.next());
    return bytes;
}

Hash256 hash_of(std::string_view text) {
    return hash_bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

class FileHasherTest : public testing::Test {
  protected:
    platform::FileStamp stamp() const { return platform::info_of(folder_ / "f")->stamp; }

    platform::TestFolder folder_;
    std::atomic<bool> stop_ = false;
};

TEST_F(FileHasherTest, HashesEachPieceOfFilesOfAllSizes) {
    constexpr std::size_t kPiece = kPieceSizeMin;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece + 12345}) {
        const std::string content = bytes_of_size(size);
        folder_.write("f", content);
        for (const unsigned threads : {1u, 2u, 8u}) {
            const auto hashed = hash_file(folder_ / "f", stamp(), threads, stop_);
            ASSERT_TRUE(hashed) << hashed.error().text();
            EXPECT_EQ(hashed->stamp, stamp());
            EXPECT_EQ(hashed->pieces.size_bytes, size);
            ASSERT_EQ(hashed->pieces.hashes.size(), piece_count(size));
            for (std::size_t i = 0; i < hashed->pieces.hashes.size(); ++i) {
                EXPECT_EQ(hashed->pieces.hashes[i],
                          hash_of(std::string_view(content).substr(i * kPiece, kPiece)));
            }
        }
    }
}

TEST_F(FileHasherTest, RefusesAFileThatIsNotAsExpected) {
    folder_.write("f", "old");
    const auto before = stamp();
    folder_.write("f", "new content");
    EXPECT_EQ(hash_file(folder_ / "f", before, 1, stop_).error().code, ErrorCode::changed);
    EXPECT_EQ(hash_file(folder_ / "none", before, 1, stop_).error().code, ErrorCode::not_found);
    EXPECT_EQ(hash_file(folder_.path(), before, 1, stop_).error().code, ErrorCode::changed);
}

TEST_F(FileHasherTest, NeverHashesTwoStatesOfAFileAsOne) {
    folder_.write("f", bytes_of_size(4 * kPieceSizeMin));
    for (const bool shorter : {false, true}) {
        bool done = false;
        const auto hashed = hash_file(folder_ / "f", stamp(), 1, stop_, [&](std::uint64_t bytes) {
            if (bytes < 2 * kPieceSizeMin || done) return;
            done = true;
            if (shorter) return std::filesystem::resize_file(folder_ / "f", 10);
            std::fstream(folder_ / "f") << "other bytes at the beginning";
        });
        ASSERT_TRUE(done);
        ASSERT_FALSE(hashed);
        EXPECT_EQ(hashed.error().code, ErrorCode::changed);
    }
}

TEST_F(FileHasherTest, StopsSoonAndTellsItsProgress) {
    folder_.write("f", bytes_of_size(4 * kPieceSizeMin));
    std::uint64_t last = 0;
    ASSERT_TRUE(hash_file(folder_ / "f", stamp(), 1, stop_, [&](std::uint64_t bytes) {
        EXPECT_GT(bytes, last);
        last = bytes;
    }));
    EXPECT_EQ(last, 4 * kPieceSizeMin);
    const auto stopped =
        hash_file(folder_ / "f", stamp(), 1, stop_, [&](std::uint64_t) { stop_ = true; });
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace iwant::scanner
