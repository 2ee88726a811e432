#include "io/catalog/folder_sums.h"

#include <algorithm>

#include "base/content.h"

namespace iwant::catalog {

namespace {

/// Minus the number of components: deeper sorts first.
int depth_key(std::string_view path) {
    return -static_cast<int>(std::ranges::count(path, '/'));
}

std::uint64_t plus(std::uint64_t number, std::int64_t delta) {
    return number + static_cast<std::uint64_t>(delta);
}

}  // namespace

FolderSums::FolderSums(Database& database, EntryTable& entries, ChangeLog& changes)
    : database_(database), entries_(entries), changes_(changes) {
    reload();
}

void FolderSums::reload() {
    pending_.clear();
    without_tree_.clear();
    Query query = database_.query(
        "SELECT id, share, path FROM entries WHERE kind = 1 AND content IS NULL AND unhashed = 0");
    while (query.step()) {
        without_tree_[query.number(1)].insert(
            {depth_key(query.text(2)), EntryId{query.unsigned_number(0)}});
    }
}

void FolderSums::Delta::add(const Delta& other) {
    size_bytes += other.size_bytes;
    files += other.files;
    folders += other.folders;
    unhashed += other.unhashed;
    listing_changed |= other.listing_changed;
}

void FolderSums::added(const Row& child) {
    count(child, 1);
    if (child.is_folder() && !child.content) want_tree(child);
}

void FolderSums::count(const Row& child, int sign) {
    if (!child.parent || !child.announced()) return;
    Delta delta{.listing_changed = true};
    delta.size_bytes = sign * static_cast<std::int64_t>(child.stamp.size_bytes);
    if (child.is_folder()) {
        delta.files = sign * static_cast<std::int64_t>(child.files);
        delta.folders = sign * static_cast<std::int64_t>(child.folders + 1);
        delta.unhashed = sign * static_cast<std::int64_t>(child.unhashed);
    } else {
        delta.files = sign;
        delta.unhashed = child.state == RowState::unhashed ? sign : 0;
    }
    pending_[{depth_key(child.path) + 1, *child.parent}].add(delta);
}

void FolderSums::apply() {
    while (!pending_.empty()) {
        const auto [key, delta] = *pending_.begin();
        pending_.erase(pending_.begin());
        apply_to(key.second, delta);
    }
}

void FolderSums::apply_to(EntryId id, const Delta& delta) {
    const std::optional<Row> found = entries_.get(id);
    if (!found) return;  // removed together with what was in it
    Row folder = *found;
    folder.stamp.size_bytes = plus(folder.stamp.size_bytes, delta.size_bytes);
    folder.files = plus(folder.files, delta.files);
    folder.folders = plus(folder.folders, delta.folders);
    folder.unhashed = plus(folder.unhashed, delta.unhashed);
    folder.modified = entries_.newest_child(id).value_or(folder.stamp.modified());
    if (delta.listing_changed) {
        folder.content.reset();
        want_tree(folder);
    }
    const bool told = entry_of(folder) != entry_of(*found);
    if (told) folder.version = changes_.next_version();
    entries_.update(folder);
    Delta above = delta;
    above.listing_changed = told;
    if (!folder.parent || above == Delta{}) return;
    pending_[{depth_key(folder.path) + 1, *folder.parent}].add(above);
}

void FolderSums::want_tree(const Row& folder) {
    without_tree_[folder.share].insert({depth_key(folder.path), folder.id});
}

void FolderSums::make_trees(std::int64_t share) {
    std::set<Deepest>& wanting = without_tree_[share];
    // One that gets its TreeId puts the folder above into the set, which is further back.
    while (!wanting.empty()) {
        const EntryId folder = wanting.begin()->second;
        wanting.erase(wanting.begin());
        make_tree(folder);
    }
    without_tree_.erase(share);
}

void FolderSums::make_tree(EntryId id) {
    std::optional<Row> folder = entries_.get(id);
    // What is not hashed yet makes its folders want a TreeId again once it is.
    if (!folder || !folder->is_folder() || folder->content || folder->unhashed != 0) return;
    folder->content = tree_id(entries_.listing_of(id)).hash;
    folder->version = changes_.next_version();
    entries_.update(*folder);
    if (!folder->parent) return;
    const std::optional<Row> above = entries_.get(*folder->parent);
    if (above) want_tree(*above);
}

}  // namespace iwant::catalog
