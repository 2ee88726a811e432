#include "io/catalog/folder_page.h"

namespace iwant::catalog::listing {

namespace {

/// Comes before all folders, which come before all files.
constexpr std::int64_t kBeforeAll = 2;

/// The folder at this path; with one share only, its name may be left away.
std::optional<Row> find_folder(Database& database, EntryTable& entries, const std::string& path) {
    std::optional<Row> row = entries.find(path);
    if (!row) {
        Query shares = database.query("SELECT name FROM shares ORDER BY id LIMIT 2");
        if (!shares.step()) return std::nullopt;
        const std::string name = shares.text(0);
        if (shares.step()) return std::nullopt;
        row = entries.find(name + "/" + path);
    }
    if (!row || !row->is_folder()) return std::nullopt;
    return row;
}

}  // namespace

std::optional<FolderPage> folder_page(Database& database, EntryTable& entries,
                                      const std::string& path,
                                      const std::optional<FolderPlace>& after, std::size_t count) {
    static const std::string sql = select_rows(
        "parent IS ? AND state != 2 AND (kind < ? OR (kind = ? AND path > ?)) "
        "ORDER BY kind DESC, path LIMIT ?");
    std::optional<Row> folder;
    if (!path.empty()) {
        folder = find_folder(database, entries, path);
        if (!folder) return std::nullopt;
    }
    FolderPage page;
    if (folder) page = {folder->path, folder->files, folder->stamp.size_bytes, {}, false};
    const std::int64_t kind = after ? static_cast<std::int64_t>(after->kind) : kBeforeAll;
    const std::string name = after ? after->name : "";
    const std::optional<EntryId> parent = folder ? std::optional(folder->id) : std::nullopt;
    Query query = database.query(sql);
    query.bind(parent, kind, kind, folder ? folder->path + "/" + name : name,
               static_cast<std::int64_t>(count + 1));
    while (query.step()) {
        if (page.items.size() == count) {
            page.more = true;
            break;
        }
        const Row row = read_row(query);
        page.items.push_back({entry_of(row), row.files});
        if (folder) continue;
        page.files += row.files;
        page.bytes += row.stamp.size_bytes;
    }
    return page;
}

}  // namespace iwant::catalog::listing
