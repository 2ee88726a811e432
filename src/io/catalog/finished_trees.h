#pragma once

// The folders of finished downloads by their ids: who has come by a folder tells others what is in
// it, also when nobody shares it any more. Private to io/catalog.

#include <cstdint>
#include <map>
#include <optional>

#include "base/content.h"

namespace iwant::catalog {

class Database;

class FinishedTrees {
  public:
    /// What the listings may take together; the oldest go first.
    static constexpr std::uint64_t kBytesMax = std::uint64_t{64} << 20;

    /// The database must outlive it.
    explicit FinishedTrees(Database& database) : database_(database) {}

    /// Within the caller's transaction. `bytes_max` is for tests.
    void add(const std::map<TreeId, TreeListing>& trees, std::uint64_t bytes_max = kBytesMax);
    std::optional<TreeListing> find(const TreeId& tree);

  private:
    Database& database_;
};

}  // namespace iwant::catalog
