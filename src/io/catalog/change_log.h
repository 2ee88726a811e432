#pragma once

// The catalogue's id and version: every change of an announced fact takes the next version, and
// what was removed leaves a tombstone, so that others can be told by delta.

#include <cstdint>

#include "base/entry.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

class ChangeLog {
  public:
    /// Tombstones above this number are dropped when the database is opened.
    static constexpr std::uint64_t kTombstonesKept = 100'000;
    /// Tombstones above this number are dropped while it is open.
    static constexpr std::uint64_t kTombstonesMax = 1'000'000;

    explicit ChangeLog(Database& database) : database_(database) { reload(); }

    CatalogState state() const { return state_; }
    std::uint64_t next_version() { return ++state_.version; }
    void add_tombstone(EntryId entry);
    void drop_tombstone(EntryId entry);

    /// Drops all tombstones when there are more than `tombstones_max`. What they tell cannot be
    /// told any more, so the catalogue takes a new id: everybody asks for all of it again.
    void purge(std::uint64_t tombstones_max);
    /// Writes the version; last in every transaction.
    void save();
    /// After a transaction was undone.
    void reload();

  private:
    Database& database_;
    CatalogState state_;
    std::uint64_t saved_version_ = 0;
    std::uint64_t tombstones_ = 0;
};

}  // namespace iwant::catalog
