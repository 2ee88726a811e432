#include "io/catalog/walk_merge.h"

#include <algorithm>

#include "base/path.h"

namespace iwant::catalog {

namespace {

using platform::FileKind;
using platform::FileStamp;

/// The device is not compared: its number may be another after the next boot.
bool is_same_file(const FileStamp& a, const FileStamp& b) {
    return a.size_bytes == b.size_bytes && a.modified_ns == b.modified_ns && a.inode == b.inode;
}

/// Whether what is known of the file still holds. The time of the inode's change decides where the
/// other times cannot: another write within the grain of mtime, and permissions that make a file
/// readable.
bool is_unchanged(const Row& row, const FileStamp& stamp) {
    if (!is_same_file(row.stamp, stamp)) return false;
    const bool depends_on_change = row.racy || row.state == RowState::unreadable;
    return !depends_on_change || row.stamp.changed_ns == stamp.changed_ns;
}

std::optional<std::string> own_disk_path(const SeenEntry& seen) {
    if (seen.disk_path == seen.path) return {};
    return seen.disk_path;
}

/// Takes the content of a file that is the same one under another name, else waits to be hashed.
void find_content(Row& row, ContentTable& contents) {
    row.state = RowState::unhashed;
    row.content.reset();
    row.racy = false;
    const std::optional<ContentTable::Known> known = contents.find_same_file(row.stamp);
    if (!known || (known->racy && known->changed_ns != row.stamp.changed_ns)) return;
    row.state = RowState::known;
    row.content = known->content;
    row.racy = known->racy;
    contents.drop_vanished(row.stamp);
}

}  // namespace

void WalkMerge::merge(Walk walk, const std::vector<SeenEntry>& seen, bool complete) {
    folders_.clear();
    const bool lost_part =
        walk.number <= given_up_ && std::ranges::find(open_, walk) == open_.end();
    Walk& open = continue_walk(std::move(walk));
    for (const SeenEntry& entry : seen) take(open, entry);
    if (!complete) return;
    if (!lost_part) remove_unseen(open);
    close({open.share, {}, open.prefix, open.number, {}});
}

WalkMerge::Walk& WalkMerge::continue_walk(Walk walk) {
    const auto found = std::ranges::find(open_, walk);
    if (found != open_.end()) return *found;
    // A new walk of the same place says that the one before was broken off.
    std::erase_if(open_, [&](const Walk& other) {
        return other.share == walk.share && other.prefix == walk.prefix;
    });
    if (open_.size() >= kOpenWalksMax) {
        given_up_ = std::max(given_up_, open_.front().number);
        open_.erase(open_.begin());
    }
    open_.push_back(std::move(walk));
    return open_.back();
}

void WalkMerge::close(const Walk& done) {
    std::erase_if(open_, [&](const Walk& walk) {
        if (walk == done) return true;
        // An earlier walk of a part of what was read now was broken off; nobody will complete it.
        const bool within = done.prefix.empty() || walk.prefix.starts_with(done.prefix + "/");
        if (walk.share != done.share || walk.number > done.number || !within) return false;
        given_up_ = std::max(given_up_, walk.number);
        return true;
    });
}

void WalkMerge::give_up(std::uint64_t number) {
    given_up_ = std::max(given_up_, number);
    std::erase_if(open_, [number](const Walk& walk) { return walk.number == number; });
}

void WalkMerge::forget_share(std::int64_t share) {
    std::erase_if(open_, [share](const Walk& walk) { return walk.share == share; });
}

bool WalkMerge::is_walking(std::int64_t share) const {
    return std::ranges::any_of(open_, [share](const Walk& walk) { return walk.share == share; });
}

void WalkMerge::take(Walk& walk, const SeenEntry& seen) {
    if (seen.info.kind != FileKind::file && seen.info.kind != FileKind::folder) return;
    const std::string path = join_path(walk.share_name, seen.path);
    const EntryKind kind = seen.info.kind == FileKind::folder ? EntryKind::folder : EntryKind::file;
    const std::optional<Row> row = entries_.find(path);
    if (row && row->kind == kind) {
        walk.seen.push_back(row->id);
        return refresh(*row, seen);
    }
    if (row) {
        if (!row->parent) return;  // the share's folder is a folder
        writer_.remove_tree(*row);
        folders_.clear();
    }
    add(walk, seen, path);
}

void WalkMerge::add(Walk& walk, const SeenEntry& seen, const std::string& path) {
    Row row;
    row.share = walk.share;
    row.parent = folder_at(walk, path.substr(0, path.rfind('/')));
    row.path = path;
    row.disk_path = own_disk_path(seen);
    row.executable = seen.info.executable;
    row.stamp = seen.info.stamp;
    row.modified = row.stamp.modified();
    if (seen.info.kind == FileKind::folder) {
        row.kind = EntryKind::folder;
        row.state = RowState::known;
        row.stamp.size_bytes = 0;
    } else {
        find_content(row, contents_);
    }
    writer_.add(row);
    walk.seen.push_back(row.id);
    if (row.is_folder()) folders_.emplace(path, row.id);
}

void WalkMerge::refresh(const Row& row, const SeenEntry& seen) {
    Row after = row;
    if (row.parent) after.disk_path = own_disk_path(seen);
    after.executable = seen.info.executable;
    after.stamp = seen.info.stamp;
    if (row.is_folder()) {
        after.stamp.size_bytes = row.stamp.size_bytes;
        if (row.stamp.modified_ns != after.stamp.modified_ns) {
            after.modified = entries_.newest_child(row.id).value_or(after.stamp.modified());
        }
    } else if (!is_unchanged(row, after.stamp)) {
        after.modified = after.stamp.modified();
        find_content(after, contents_);
    }
    writer_.change(row, std::move(after));
}

EntryId WalkMerge::folder_at(Walk& walk, std::string_view path) {
    if (const auto found = folders_.find(path); found != folders_.end()) return found->second;
    const std::string name(path);
    std::optional<Row> row = entries_.find(name);
    if (row && !row->is_folder()) {
        writer_.remove_tree(*row);
        row.reset();
    }
    if (!row) {
        // The walk told what is in it before the folder itself.
        row.emplace();
        row->share = walk.share;
        row->parent = folder_at(walk, path.substr(0, path.rfind('/')));
        row->path = name;
        row->kind = EntryKind::folder;
        row->state = RowState::known;
        row->modified = 0;
        writer_.add(*row);
    }
    walk.seen.push_back(row->id);
    folders_.emplace(name, row->id);
    return row->id;
}

void WalkMerge::remove_unseen(Walk& walk) {
    std::ranges::sort(walk.seen);
    const std::string top = join_path(walk.share_name, walk.prefix);
    for (const EntryId id : entries_.ids_below(top)) {
        if (std::ranges::binary_search(walk.seen, id)) continue;
        if (const std::optional<Row> row = entries_.get(id)) writer_.remove(*row);
    }
    if (walk.prefix.empty() || !walk.seen.empty()) return;
    // Nothing at all was seen, so the place itself is gone, be it a file or a folder.
    if (const std::optional<Row> row = entries_.find(top)) writer_.remove(*row);
}

}  // namespace iwant::catalog
