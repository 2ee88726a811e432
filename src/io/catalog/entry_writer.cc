#include "io/catalog/entry_writer.h"

namespace iwant::catalog {

void EntryWriter::add(Row& row) {
    row.version = changes_.next_version();
    entries_.insert(row);
    sums_.added(row);
}

void EntryWriter::change(const Row& before, Row after) {
    if (after == before) return;
    const bool told =
        before.announced() != after.announced() || entry_of(before) != entry_of(after);
    if (told && after.announced()) after.version = changes_.next_version();
    if (before.announced() && !after.announced()) changes_.add_tombstone(before.id);
    if (!before.announced() && after.announced()) changes_.drop_tombstone(before.id);
    if (before.content && before.content != after.content) contents_.released(*before.content);
    entries_.update(after);
    // Written in place, the old content is lost; another file in its place may mean that it was
    // renamed.
    if (before.stamp.inode != after.stamp.inode) remember(before);
    if (!told && before.state == after.state && before.executable == after.executable) return;
    sums_.removed(before);
    sums_.added(after);
}

void EntryWriter::remove(const Row& row) {
    entries_.erase(row.id);
    sums_.removed(row);
    if (row.announced()) changes_.add_tombstone(row.id);
    if (row.content) contents_.released(*row.content);
    remember(row);
}

void EntryWriter::remember(const Row& row) {
    if (row.is_folder() || !row.content) return;
    if (row.stamp.inode == 0 || contents_.find_same_file(row.stamp)) return;
    contents_.add_vanished(row.stamp, {*row.content, row.racy, row.stamp.changed_ns});
}

void EntryWriter::remove_tree(const Row& row) {
    for (const EntryId id : entries_.ids_below(row.path)) {
        if (const std::optional<Row> below = entries_.get(id)) remove(*below);
    }
    // Its sums are as they were before; what is above it loses them as a whole.
    if (const std::optional<Row> itself = entries_.get(row.id)) remove(*itself);
}

}  // namespace iwant::catalog
