#include "io/catalog/look_ahead.h"

#include <algorithm>
#include <utility>

namespace iwant::catalog {

std::optional<SharedFile> LookAhead::find_file(const FileId& file) {
    {
        // Before anything is read: what is read then may be newer, never older.
        Query query = database_.query("PRAGMA data_version");
        const std::int64_t version = query.step() ? query.number(0) : 0;
        if (std::exchange(version_, version) != version) ahead_.clear();
    }
    if (std::optional<SharedFile> known = take(file)) return known;
    std::optional<SharedFile> found = queries_.find_file(file);
    // What came by download has no entry, and so nothing behind it.
    if (found && found->entry != EntryId{} && found->stamp.size_bytes <= kFileBytesMax) {
        read_behind(*found);
    }
    return found;
}

/// Only what still lies there: for anything else there may be another candidate.
std::optional<SharedFile> LookAhead::take(const FileId& file) {
    const auto known = ahead_.find(file);
    if (known == ahead_.end() || !lies_unchanged(known->second)) return {};
    ++used_;
    SharedFile found = std::move(known->second);
    found.seen_unchanged = true;
    ahead_.erase(known);
    return found;
}

void LookAhead::read_behind(const SharedFile& found) {
    const std::size_t rows = std::clamp(2 * used_, kRowsMin, kRowsMax);
    ahead_.clear();
    used_ = 0;
    for (SharedFile& file : queries_.files_behind(found.entry, rows)) {
        ahead_.insert_or_assign(file.file, std::move(file));
    }
}

}  // namespace iwant::catalog
