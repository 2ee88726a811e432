#pragma once

// The questions of CatalogReader, asked over one connection.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/catalog/catalog.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

/// Whether it is on the disk as the database has it.
bool lies_unchanged(const SharedFile& file);

class Queries {
  public:
    /// Candidates that are looked at on the disk before one of them is told.
    static constexpr int kCandidatesMax = 16;

    explicit Queries(Database& database) : database_(database) {}

    std::optional<SharedFile> find_file(const FileId& file);
    /// The hashed files among the `rows_max` rows behind an entry, in order of their paths.
    std::vector<SharedFile> files_behind(EntryId entry, std::size_t rows_max);
    std::optional<PieceList> piece_list(const FileId& file);
    std::optional<TreeListing> tree_listing(const TreeId& tree);
    /// Reads several tables: call it within a transaction.
    CatalogDelta changes_since(std::uint64_t version, std::size_t changes_max);

  private:
    std::optional<SharedFile> find_finished(const FileId& file);
    std::optional<std::string> share_folder(std::int64_t share);

    Database& database_;
};

}  // namespace iwant::catalog
