#include "io/catalog/queries.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "io/catalog/entry_table.h"
#include "io/platform/file.h"

namespace iwant::catalog {

namespace {

/// The columns that read_place takes.
constexpr std::string_view kPlaceColumns =
    "id, share, path, disk_path, size, modified_ns, changed_ns, inode, device, content";

/// Of a row what tells where a file lies and as what.
Row read_place(const Query& query) {
    Row row;
    row.id = EntryId{query.unsigned_number(0)};
    row.share = query.number(1);
    row.path = query.text(2);
    if (!query.is_null(3)) row.disk_path = query.text(3);
    row.stamp = {query.unsigned_number(4), query.number(5), query.number(6),
                 query.unsigned_number(7), query.unsigned_number(8)};
    row.content = query.hash(9);
    return row;
}

std::vector<EntryChange> read_present(Database& database, std::int64_t since, std::int64_t count) {
    static const std::string sql =
        select_rows("version > ? AND state != 2 ORDER BY version LIMIT ?");
    std::vector<EntryChange> changes;
    Query query = database.query(sql);
    query.bind(since, count);
    while (query.step()) {
        const Row row = read_row(query);
        changes.push_back({row.version, EntryChange::What::present, entry_of(row)});
    }
    return changes;
}

std::vector<EntryChange> read_removed(Database& database, std::int64_t since, std::int64_t count) {
    std::vector<EntryChange> changes;
    Query query = database.query(
        "SELECT entry, version FROM removed WHERE version > ? ORDER BY version LIMIT ?");
    query.bind(since, count);
    while (query.step()) {
        EntryChange change{query.unsigned_number(1), EntryChange::What::removed, {}};
        change.entry.id = EntryId{query.unsigned_number(0)};
        changes.push_back(std::move(change));
    }
    return changes;
}

}  // namespace

bool lies_unchanged(const SharedFile& file) {
    const Result<platform::FileInfo> info = platform::info_of(file.disk_path);
    return info && info->kind == platform::FileKind::file && info->stamp == file.stamp;
}

std::optional<SharedFile> Queries::find_file(const FileId& file) {
    static const std::string sql = "SELECT " + std::string(kPlaceColumns) +
                                   " FROM entries WHERE content = ? AND kind = 0 "
                                   "ORDER BY id LIMIT ?";
    std::optional<SharedFile> first;
    Query query = database_.query(sql);
    query.bind(file.hash, std::int64_t{kCandidatesMax});
    while (query.step()) {
        const Row row = read_place(query);
        const std::optional<std::string> folder = share_folder(row.share);
        if (!folder) continue;
        SharedFile candidate{row.id, disk_path_of(row, *folder), row.stamp, file};
        candidate.seen_unchanged = lies_unchanged(candidate);
        if (candidate.seen_unchanged) return candidate;
        if (!first) first = std::move(candidate);
    }
    std::optional<SharedFile> finished = find_finished(file);
    return finished ? finished : first;
}

std::optional<SharedFile> Queries::find_finished(const FileId& file) {
    Query query = database_.query(
        "SELECT path, size, modified_ns, changed_ns, inode, device FROM finished "
        "WHERE content = ? ORDER BY id DESC LIMIT ?");
    query.bind(file.hash, std::int64_t{kCandidatesMax});
    while (query.step()) {
        SharedFile candidate{EntryId{}, query.text(0), {}, file};
        candidate.stamp = {query.unsigned_number(1), query.number(2), query.number(3),
                           query.unsigned_number(4), query.unsigned_number(5)};
        candidate.seen_unchanged = lies_unchanged(candidate);
        if (candidate.seen_unchanged) return candidate;
    }
    return {};
}

std::optional<std::string> Queries::share_folder(std::int64_t share) {
    Query query = database_.query("SELECT folder FROM shares WHERE id = ?");
    if (!query.bind(share).step()) return {};
    return query.text(0);
}

std::vector<SharedFile> Queries::files_behind(EntryId entry, std::size_t rows_max) {
    // The limit counts what is passed over as well, so that the look has an end.
    static const std::string sql =
        "SELECT " + std::string(kPlaceColumns) +
        ", kind FROM entries WHERE path > (SELECT path FROM entries WHERE id = ?) "
        "ORDER BY path LIMIT ?";
    std::vector<SharedFile> files;
    std::map<std::int64_t, std::optional<std::string>> folders;
    Query query = database_.query(sql);
    query.bind(entry, static_cast<std::int64_t>(rows_max));
    while (query.step()) {
        if (query.number(10) != 0) continue;
        const Row row = read_place(query);
        if (!row.content) continue;
        if (!folders.contains(row.share)) folders[row.share] = share_folder(row.share);
        const std::optional<std::string>& folder = folders[row.share];
        if (!folder) continue;
        files.push_back({row.id, disk_path_of(row, *folder), row.stamp, FileId{*row.content}});
    }
    return files;
}

std::optional<PieceList> Queries::piece_list(const FileId& file) {
    Query query = database_.query("SELECT size, hashes FROM pieces WHERE content = ?");
    if (!query.bind(file.hash).step()) return {};
    PieceList pieces;
    pieces.size_bytes = query.unsigned_number(0);
    const std::vector<std::uint8_t> hashes = query.bytes(1);
    // What does not fit was damaged on the disk: then it is not known.
    if (hashes.size() != piece_count(pieces.size_bytes) * sizeof(Hash256)) return {};
    pieces.hashes.resize(hashes.size() / sizeof(Hash256));
    for (std::size_t i = 0; i < pieces.hashes.size(); ++i) {
        std::memcpy(pieces.hashes[i].bytes.data(), hashes.data() + i * sizeof(Hash256),
                    sizeof(Hash256));
    }
    if (file_id(pieces) != file) return {};
    return pieces;
}

std::optional<TreeListing> Queries::tree_listing(const TreeId& tree) {
    std::optional<EntryId> folder;
    {
        Query query =
            database_.query("SELECT id FROM entries WHERE content = ? AND kind = 1 LIMIT 1");
        if (!query.bind(tree.hash).step()) return {};
        folder = EntryId{query.unsigned_number(0)};
    }
    TreeListing listing = EntryTable(database_).listing_of(*folder);
    if (tree_id(listing) != tree) return {};
    return listing;
}

CatalogDelta Queries::changes_since(std::uint64_t version, std::size_t changes_max) {
    CatalogDelta delta;
    changes_max = std::max<std::size_t>(changes_max, 1);
    std::uint64_t current = 0;
    {
        Query state = database_.query("SELECT catalog_id, version FROM state");
        if (!state.step()) return delta;
        delta.catalog_id = state.unsigned_number(0);
        current = state.unsigned_number(1);
    }
    const auto since = static_cast<std::int64_t>(std::min(version, current));
    const auto count = static_cast<std::int64_t>(changes_max) + 1;
    delta.since = version;
    delta.changes = read_present(database_, since, count);
    std::vector<EntryChange> removed = read_removed(database_, since, count);
    std::ranges::move(removed, std::back_inserter(delta.changes));
    std::ranges::sort(delta.changes, {}, &EntryChange::version);
    delta.more = delta.changes.size() > changes_max;
    if (delta.more) delta.changes.resize(changes_max);
    delta.up_to = delta.more ? delta.changes.back().version : current;
    return delta;
}

}  // namespace iwant::catalog
