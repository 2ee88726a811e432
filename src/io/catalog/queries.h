#pragma once

// The questions of CatalogReader, asked over one connection.

#include <cstdint>
#include <optional>

#include "io/catalog/catalog.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

class Queries {
  public:
    /// Candidates that are looked at on the disk before one of them is told.
    static constexpr int kCandidatesMax = 16;

    explicit Queries(Database& database) : database_(database) {}

    std::optional<SharedFile> find_file(const FileId& file);
    std::optional<PieceList> piece_list(const FileId& file);
    std::optional<TreeListing> tree_listing(const TreeId& tree);
    /// Reads several tables: call it within a transaction.
    CatalogDelta changes_since(std::uint64_t version, std::size_t changes_max);

  private:
    std::optional<SharedFile> find_finished(const FileId& file);

    Database& database_;
};

}  // namespace iwant::catalog
