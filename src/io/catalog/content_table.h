#pragma once

// Which pieces a content has, and where contents are known from besides the shared entries: files
// that vanished (they may only have been renamed), and downloads that were finished. Pieces that
// nothing refers to are dropped.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>

#include "base/content.h"
#include "io/catalog/database.h"
#include "io/platform/file.h"

namespace iwant::catalog {

class ContentTable {
  public:
    /// The newest vanished files that are remembered.
    static constexpr std::uint64_t kVanishedMax = 100'000;
    /// The newest finished downloads that are remembered, in files.
    static constexpr std::uint64_t kFinishedMax = 200'000;

    struct Known {
        Hash256 content;
        bool racy = false;
        std::int64_t changed_ns = 0;
    };

    explicit ContentTable(Database& database) : database_(database) {}

    void add_pieces(const FileId& file, const PieceList& pieces);

    /// The content of a file, shared or vanished, with the same size, mtime, inode and device.
    std::optional<Known> find_same_file(const platform::FileStamp& stamp);
    void add_vanished(const platform::FileStamp& stamp, const Known& known);
    void drop_vanished(const platform::FileStamp& stamp);
    void add_finished(const std::filesystem::path& path, const platform::FileStamp& stamp,
                      const FileId& file);
    void move_finished(const std::filesystem::path& from, const std::filesystem::path& to,
                       const platform::FileStamp& stamp);

    /// Says that a row lost this content.
    void released(const Hash256& content) { released_.insert(content); }
    /// Keeps the limits, and drops the pieces of released contents that nothing has any more. Last
    /// in a transaction.
    void sweep();
    void forget_released() { released_.clear(); }

  private:
    void sweep_vanished();
    void sweep_finished();
    bool is_referred_to(const Hash256& content);

    Database& database_;
    std::set<Hash256> released_;
    bool vanished_added_ = false;
    bool finished_added_ = false;
};

}  // namespace iwant::catalog
