#pragma once

// Every change of a shared entry goes through here, so that the row, the folders above it, the
// change log and the contents always agree.

#include "io/catalog/change_log.h"
#include "io/catalog/content_table.h"
#include "io/catalog/entry_table.h"
#include "io/catalog/folder_sums.h"

namespace iwant::catalog {

class EntryWriter {
  public:
    EntryWriter(EntryTable& entries, FolderSums& sums, ContentTable& contents, ChangeLog& changes)
        : entries_(entries), sums_(sums), contents_(contents), changes_(changes) {}

    /// Adds a new row and sets its id.
    void add(Row& row);
    /// Writes what is new of a row; nothing when nothing is.
    void change(const Row& before, Row after);
    /// Removes a row that has no children (any more). The content of a file stays known for a
    /// while.
    void remove(const Row& row);
    /// Removes a row and all below it.
    void remove_tree(const Row& row);

  private:
    /// Keeps the content of a file that is not at its path any more, in case it turns up under
    /// another.
    void remember(const Row& row);

    EntryTable& entries_;
    FolderSums& sums_;
    ContentTable& contents_;
    ChangeLog& changes_;
};

}  // namespace iwant::catalog
