#pragma once

// For tests: a real catalogue that shares one real file of three pieces.

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/content.h"
#include "base/hash.h"
#include "base/prng.h"
#include "io/catalog/catalog.h"
#include "io/platform/test_folder.h"

namespace iwant::daemon {

class SharedFile : public testing::Test {
  protected:
    static constexpr std::uint64_t kSize = 2 * kPieceSizeMin + 100;

    SharedFile() {
        Prng prng(1);
        for (char& byte : content_) byte = static_cast<char>(prng.next());
        folder_.write("music/song.mp3", content_);
        auto pieces = std::make_shared<PieceList>();
        pieces->size_bytes = kSize;
        for (std::uint32_t i = 0; i < 3; ++i) {
            const std::string piece = piece_of(i);
            pieces->hashes.push_back(
                hash_bytes({reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()}));
        }
        file_ = file_id(*pieces);
        list_ = std::move(pieces);
        share();
    }

    std::filesystem::path database() const { return folder_ / "iwant.db"; }
    std::filesystem::path disk_path() const { return folder_ / "music/song.mp3"; }
    std::string piece_of(std::uint32_t piece) const {
        return content_.substr(piece * kPieceSizeMin, kPieceSizeMin);
    }

    const platform::TestFolder folder_;
    std::string content_ = std::string(kSize, '\0');
    FileId file_;
    EntryId entry_;
    SharedPieceList list_;
    NullLogger quiet_;
    std::unique_ptr<catalog::Catalog> catalog_ =
        std::move(catalog::Catalog::open(database(), quiet_).value());

  private:
    void share() {
        ASSERT_TRUE(catalog_->set_shares({{"music", folder_ / "music"}}));
        const auto info = platform::info_of(disk_path());
        ASSERT_TRUE(info);
        ASSERT_TRUE(catalog_->merge_walk("music", "", 1, {{"song.mp3", "song.mp3", *info}}, true));
        const auto jobs = catalog_->files_to_hash(10);
        ASSERT_TRUE(jobs && jobs->size() == 1);
        entry_ = jobs->front().entry;
        const catalog::HashResult hashed{entry_, info->stamp, *list_};
        ASSERT_EQ(catalog_->record_hashes({&hashed, 1}), 1U);
    }
};

}  // namespace iwant::daemon
