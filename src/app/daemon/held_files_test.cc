#include "app/daemon/held_files.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/hash.h"

namespace iwant::daemon {
namespace {

using protocol::RefusalCode;

constexpr DownloadId kDownload{7};
constexpr std::uint64_t kSize = kPieceSizeMin + 5;

/// A download of a file of two pieces, the second of which is here.
class HeldFilesOfADownload : public testing::Test {
  protected:
    HeldFilesOfADownload() {
        auto list = std::make_shared<PieceList>();
        list->size_bytes = kSize;
        list->hashes = {Hash256{{1}}, hash_bytes(second_)};
        file_ = file_id(*list);
        list_ = std::move(list);
        auto plan = std::make_shared<swarm::Plan>();
        plan->content = file_.hash;
        plan->files = {{"", kSize, file_, false, 0}};
        held_.hold(kDownload, std::move(plan));
    }

    Result<void> read(PieceIndex piece, std::span<std::uint8_t> into) const {
        if (piece != PieceIndex{1}) return failure(ErrorCode::not_found, "read", "not here");
        std::ranges::copy(second_, into.begin());
        return {};
    }

    std::vector<std::uint8_t> second_ = {1, 2, 3, 4, 5};
    FileId file_;
    SharedPieceList list_;
    std::vector<std::uint8_t> bytes_;
    HeldFiles held_{[this](DownloadId, FileIndex, PieceIndex piece, std::span<std::uint8_t> into) {
        return read(piece, into);
    }};
};

TEST_F(HeldFilesOfADownload, GiveAPieceThatIsHereAndVerified) {
    held_.note_list(kDownload, file_, list_);
    const auto found = held_.find(file_);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size_bytes, kSize);
    EXPECT_EQ(held_.read(*found, PieceIndex{1}, bytes_), std::nullopt);
    EXPECT_EQ(bytes_, second_);
}

TEST_F(HeldFilesOfADownload, SayThatAPieceIsNotHereYet) {
    EXPECT_EQ(held_.read(*held_.find(file_), PieceIndex{1}, bytes_), RefusalCode::not_yet);
    held_.note_list(kDownload, file_, list_);
    EXPECT_EQ(held_.read(*held_.find(file_), PieceIndex{0}, bytes_), RefusalCode::not_yet);
}

TEST_F(HeldFilesOfADownload, GiveNoByteThatTheDiskHasChanged) {
    held_.note_list(kDownload, file_, list_);
    second_[0] = 9;
    EXPECT_EQ(held_.read(*held_.find(file_), PieceIndex{1}, bytes_), RefusalCode::changed);
}

TEST_F(HeldFilesOfADownload, AreGoneWithIt) {
    held_.note_list(kDownload, file_, list_);
    EXPECT_EQ(held_.list_of(kDownload, file_), list_);
    held_.let_go(kDownload);
    EXPECT_FALSE(held_.find(file_));
    EXPECT_EQ(held_.list_of(kDownload, file_), nullptr);
}

TEST_F(HeldFilesOfADownload, AreNotThoseOfOtherFiles) {
    EXPECT_FALSE(held_.find(FileId{{{1}}}));
}

}  // namespace
}  // namespace iwant::daemon
