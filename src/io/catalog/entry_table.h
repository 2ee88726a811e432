#pragma once

// The rows of shared files and folders, and nothing but the rows: sums of folders and versions are
// kept right by FolderSums and ChangeLog.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entry.h"
#include "io/catalog/catalog.h"
#include "io/catalog/database.h"

namespace iwant::catalog {

enum class RowState : std::uint8_t {
    unhashed = 0,
    known = 1,       ///< hashed files, and all folders
    unreadable = 2,  ///< kept so that it is not tried again, but not announced
};

struct Row {
    EntryId id;
    std::int64_t share = 0;
    std::optional<EntryId> parent;  ///< none: the share's own folder
    std::string path;               ///< as announced, starting with the share's name
    std::optional<std::string>
        disk_path;  ///< below the share's folder, where it differs from `path`
    EntryKind kind = EntryKind::file;
    RowState state = RowState::unhashed;
    bool executable = false;
    /// As last seen. Of a folder, stamp.size_bytes is the sum of its files.
    platform::FileStamp stamp;
    std::optional<UnixSeconds> modified;  ///< as announced; none when it is not
    /// Hashed so soon after the last modification that another one could hide behind the same time.
    bool racy = false;
    std::optional<Hash256> content;
    // Of a folder: what is below it.
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t unhashed = 0;
    std::uint64_t version = 0;

    bool operator==(const Row&) const = default;
    bool is_folder() const { return kind == EntryKind::folder; }
    bool announced() const { return state != RowState::unreadable; }
};

/// The columns of `entries` in the order that read_row takes them.
std::string select_rows(std::string_view where);
Row read_row(const Query& query);
Entry entry_of(const Row& row);
/// All paths below `path` are in (path + "/", path + "0"): '0' follows '/'.
std::string first_below(std::string_view path);
std::string end_below(std::string_view path);
/// Where a row lies on the disk.
std::filesystem::path disk_path_of(const Row& row, const std::string& share_folder);

class EntryTable {
  public:
    explicit EntryTable(Database& database);

    std::optional<Row> find(const std::string& path);
    std::optional<Row> get(EntryId id);
    /// Sets `row.id`.
    void insert(Row& row);
    /// Writes all that can change.
    void update(const Row& row);
    /// The row must have no children.
    void erase(EntryId id);
    /// Everything below a folder, children before their folders.
    std::vector<EntryId> ids_below(const std::string& path);
    TreeListing listing_of(EntryId folder);
    /// The newest date among the announced children.
    std::optional<UnixSeconds> newest_child(EntryId folder);

  private:
    Database& database_;
    const std::string by_path_;
    const std::string by_id_;
};

}  // namespace iwant::catalog
