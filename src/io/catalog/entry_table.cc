#include "io/catalog/entry_table.h"

#include "base/path.h"

namespace iwant::catalog {

namespace {

constexpr std::string_view kInsert =
    "INSERT INTO entries (share, parent, path, disk_path, kind, state, executable, size, "
    "modified_ns, "
    "changed_ns, inode, device, modified, racy, content, files, folders, unhashed, version) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::string_view kUpdate =
    "UPDATE entries SET disk_path = ?, state = ?, executable = ?, size = ?, modified_ns = ?, "
    "changed_ns = ?, inode = ?, device = ?, modified = ?, racy = ?, content = ?, files = ?, "
    "folders = ?, unhashed = ?, version = ? WHERE id = ?";

std::int64_t number_of(auto value) {
    return static_cast<std::int64_t>(value);
}

std::optional<std::vector<std::uint8_t>> blob_of(const std::optional<std::string>& text) {
    if (!text) return {};
    return std::vector<std::uint8_t>(text->begin(), text->end());
}

}  // namespace

std::string select_rows(std::string_view where) {
    return "SELECT id, share, parent, path, disk_path, kind, state, executable, size, modified_ns, "
           "changed_ns, inode, device, modified, racy, content, files, folders, unhashed, version "
           "FROM entries WHERE " +
           std::string(where);
}

Row read_row(const Query& query) {
    Row row;
    row.id = EntryId{query.unsigned_number(0)};
    row.share = query.number(1);
    if (!query.is_null(2)) row.parent = EntryId{query.unsigned_number(2)};
    row.path = query.text(3);
    if (!query.is_null(4)) row.disk_path = query.text(4);
    row.kind = query.number(5) == 0 ? EntryKind::file : EntryKind::folder;
    row.state = static_cast<RowState>(query.number(6));
    row.executable = query.number(7) != 0;
    row.stamp.size_bytes = query.unsigned_number(8);
    row.stamp.modified_ns = query.number(9);
    row.stamp.changed_ns = query.number(10);
    row.stamp.inode = query.unsigned_number(11);
    row.stamp.device = query.unsigned_number(12);
    if (!query.is_null(13)) row.modified = query.number(13);
    row.racy = query.number(14) != 0;
    row.content = query.hash(15);
    row.files = query.unsigned_number(16);
    row.folders = query.unsigned_number(17);
    row.unhashed = query.unsigned_number(18);
    row.version = query.unsigned_number(19);
    return row;
}

std::string first_below(std::string_view path) {
    return std::string(path) + "/";
}
std::string end_below(std::string_view path) {
    return std::string(path) + "0";
}

std::filesystem::path disk_path_of(const Row& row, const std::string& share_folder) {
    if (row.disk_path) return std::filesystem::path(share_folder) / *row.disk_path;
    const std::size_t slash = row.path.find('/');
    if (slash == std::string::npos) return share_folder;
    return std::filesystem::path(share_folder) / row.path.substr(slash + 1);
}

Entry entry_of(const Row& row) {
    return Entry{.id = row.id,
                 .kind = row.kind,
                 .path = row.path,
                 .size_bytes = row.stamp.size_bytes,
                 .modified = row.modified.value_or(0),
                 .content = row.content};
}

EntryTable::EntryTable(Database& database)
    : database_(database), by_path_(select_rows("path = ?")), by_id_(select_rows("id = ?")) {}

std::optional<Row> EntryTable::find(const std::string& path) {
    Query query = database_.query(by_path_);
    if (!query.bind(path).step()) return {};
    return read_row(query);
}

std::optional<Row> EntryTable::get(EntryId id) {
    Query query = database_.query(by_id_);
    if (!query.bind(id).step()) return {};
    return read_row(query);
}

void EntryTable::insert(Row& row) {
    Query query = database_.query(kInsert);
    query
        .bind(row.share, row.parent, row.path, blob_of(row.disk_path), number_of(row.kind),
              number_of(row.state), number_of(row.executable), row.stamp.size_bytes,
              row.stamp.modified_ns, row.stamp.changed_ns, row.stamp.inode, row.stamp.device,
              row.modified, number_of(row.racy), row.content, row.files, row.folders, row.unhashed,
              row.version)
        .run();
    row.id = EntryId{database_.last_id()};
}

void EntryTable::update(const Row& row) {
    Query query = database_.query(kUpdate);
    query
        .bind(blob_of(row.disk_path), number_of(row.state), number_of(row.executable),
              row.stamp.size_bytes, row.stamp.modified_ns, row.stamp.changed_ns, row.stamp.inode,
              row.stamp.device, row.modified, number_of(row.racy), row.content, row.files,
              row.folders, row.unhashed, row.version, row.id)
        .run();
}

void EntryTable::erase(EntryId id) {
    database_.query("DELETE FROM entries WHERE id = ?").bind(id).run();
}

std::vector<EntryId> EntryTable::ids_below(const std::string& path) {
    std::vector<EntryId> ids;
    Query query =
        database_.query("SELECT id FROM entries WHERE path > ? AND path < ? ORDER BY path DESC");
    query.bind(first_below(path), end_below(path));
    while (query.step()) ids.push_back(EntryId{query.unsigned_number(0)});
    return ids;
}

TreeListing EntryTable::listing_of(EntryId folder) {
    TreeListing listing;
    Query query = database_.query(
        "SELECT path, kind, executable, size, content, state FROM entries WHERE parent = ?");
    query.bind(folder);
    while (query.step()) {
        if (static_cast<RowState>(query.number(5)) == RowState::unreadable) continue;
        const EntryKind kind = query.number(1) == 0 ? EntryKind::file : EntryKind::folder;
        const std::string path = query.text(0);
        listing.entries.push_back({.name = std::string(last_component(path)),
                                   .kind = kind,
                                   .executable = kind == EntryKind::file && query.number(2) != 0,
                                   .size_bytes = query.unsigned_number(3),
                                   .content = query.hash(4).value_or(Hash256{})});
    }
    sort_listing(listing);
    return listing;
}

std::optional<UnixSeconds> EntryTable::newest_child(EntryId folder) {
    Query query = database_.query("SELECT max(modified) FROM entries WHERE parent = ?");
    if (!query.bind(folder).step() || query.is_null(0)) return {};
    return query.number(0);
}

}  // namespace iwant::catalog
