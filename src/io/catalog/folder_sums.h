#pragma once

// Keeps folders true to what is below them: sums, the newest date, and the TreeId as soon as
// everything below is hashed. Changes are collected and applied once per transaction, deepest
// folders first, so a hundred thousand changes in one folder cost one update of it and of those
// above.

#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "io/catalog/change_log.h"
#include "io/catalog/entry_table.h"

namespace iwant::catalog {

class FolderSums {
  public:
    FolderSums(Database& database, EntryTable& entries, ChangeLog& changes);

    // Call these for every row that is added to or taken from a folder, or changes there. A row
    // that is not announced counts for nothing.
    void added(const Row& child);
    void removed(const Row& child) { count(child, -1); }

    /// Brings the sums of all folders concerned up to date. Folders whose listing changed lose
    /// their TreeId.
    void apply();
    /// Gives folders of this share that lost their TreeId a new one where all below is hashed.
    void make_trees(std::int64_t share);
    void forget_share(std::int64_t share) { without_tree_.erase(share); }
    /// After a transaction was undone: starts from what the database says.
    void reload();

  private:
    /// Deeper folders come first.
    using Deepest = std::pair<int, EntryId>;
    struct Delta {
        std::int64_t size_bytes = 0;
        std::int64_t files = 0;
        std::int64_t folders = 0;
        std::int64_t unhashed = 0;
        bool listing_changed = false;

        void add(const Delta& other);
        bool operator==(const Delta&) const = default;
    };

    void count(const Row& child, int sign);
    void want_tree(const Row& folder);
    void apply_to(EntryId folder, const Delta& delta);
    void make_tree(EntryId folder);

    Database& database_;
    EntryTable& entries_;
    ChangeLog& changes_;
    std::map<Deepest, Delta> pending_;
    std::map<std::int64_t, std::set<Deepest>> without_tree_;  ///< by share
};

}  // namespace iwant::catalog
