#include "io/catalog/content_table.h"

#include <vector>

namespace iwant::catalog {

namespace {

std::span<const std::uint8_t> bytes_of(const std::vector<Hash256>& hashes) {
    static_assert(sizeof(Hash256) == 32);
    return {reinterpret_cast<const std::uint8_t*>(hashes.data()), hashes.size() * sizeof(Hash256)};
}

std::vector<std::uint8_t> key_of(const std::filesystem::path& path) {
    const std::string name = path.string();
    return {name.begin(), name.end()};
}

}  // namespace

void ContentTable::add_pieces(const FileId& file, const PieceList& pieces) {
    database_.query("INSERT OR IGNORE INTO pieces VALUES (?, ?, ?)")
        .bind(file.hash, pieces.size_bytes, bytes_of(pieces.hashes))
        .run();
}

std::optional<ContentTable::Known> ContentTable::find_same_file(const platform::FileStamp& stamp) {
    // Systems without inode numbers report 0: nothing can be told there.
    if (stamp.inode == 0) return {};
    for (const std::string_view sql :
         {"SELECT content, racy, changed_ns FROM entries WHERE inode = ? AND kind = 0 AND content "
          "IS NOT "
          "NULL AND size = ? AND modified_ns = ? AND device = ? LIMIT 1",
          "SELECT content, racy, changed_ns FROM vanished WHERE inode = ? AND size = ? AND "
          "modified_ns = ? AND device = ? LIMIT 1"}) {
        Query query = database_.query(sql);
        query.bind(stamp.inode, stamp.size_bytes, stamp.modified_ns, stamp.device);
        if (!query.step()) continue;
        const std::optional<Hash256> content = query.hash(0);
        if (content) return Known{*content, query.number(1) != 0, query.number(2)};
    }
    return {};
}

void ContentTable::add_vanished(const platform::FileStamp& stamp, const Known& known) {
    database_
        .query(
            "INSERT INTO vanished (size, modified_ns, changed_ns, inode, device, racy, content) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(stamp.size_bytes, stamp.modified_ns, stamp.changed_ns, stamp.inode, stamp.device,
              static_cast<std::int64_t>(known.racy), known.content)
        .run();
    vanished_added_ = true;
}

void ContentTable::drop_vanished(const platform::FileStamp& stamp) {
    database_
        .query(
            "DELETE FROM vanished WHERE inode = ? AND size = ? AND modified_ns = ? AND device = ?")
        .bind(stamp.inode, stamp.size_bytes, stamp.modified_ns, stamp.device)
        .run();
}

void ContentTable::add_finished(const std::filesystem::path& path, const platform::FileStamp& stamp,
                                const FileId& file) {
    const std::vector<std::uint8_t> key = key_of(path);
    {
        Query old = database_.query("SELECT content FROM finished WHERE path = ?");
        if (old.bind(key).step()) released(old.hash(0).value_or(Hash256{}));
    }
    database_
        .query(
            "INSERT OR REPLACE INTO finished (path, size, modified_ns, changed_ns, inode, device, "
            "content) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(key, stamp.size_bytes, stamp.modified_ns, stamp.changed_ns, stamp.inode, stamp.device,
              file.hash)
        .run();
    finished_added_ = true;
}

void ContentTable::move_finished(const std::filesystem::path& from, const std::filesystem::path& to,
                                 const platform::FileStamp& stamp) {
    Query known = database_.query("DELETE FROM finished WHERE path = ? RETURNING content");
    if (!known.bind(key_of(from)).step()) return;
    const Hash256 content = known.hash(0).value_or(Hash256{});
    add_finished(to, stamp, FileId{content});
}

bool ContentTable::is_referred_to(const Hash256& content) {
    Query query = database_.query(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE content = ?) OR "
        "EXISTS (SELECT 1 FROM vanished WHERE content = ?) OR "
        "EXISTS (SELECT 1 FROM finished WHERE content = ?)");
    return query.bind(content, content, content).step() && query.number(0) != 0;
}

void ContentTable::sweep_vanished() {
    Query old = database_.query(
        "DELETE FROM vanished WHERE id <= (SELECT max(id) FROM vanished) - ? RETURNING content");
    old.bind(kVanishedMax);
    while (old.step()) released(old.hash(0).value_or(Hash256{}));
}

void ContentTable::sweep_finished() {
    Query old = database_.query(
        "DELETE FROM finished WHERE id <= (SELECT max(id) FROM finished) - ? RETURNING content");
    old.bind(kFinishedMax);
    while (old.step()) released(old.hash(0).value_or(Hash256{}));
}

void ContentTable::sweep() {
    if (vanished_added_) sweep_vanished();
    if (finished_added_) sweep_finished();
    vanished_added_ = finished_added_ = false;
    for (const Hash256& content : released_) {
        if (is_referred_to(content)) continue;
        database_.query("DELETE FROM pieces WHERE content = ?").bind(content).run();
    }
    released_.clear();
}

}  // namespace iwant::catalog
