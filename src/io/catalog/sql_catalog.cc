#include "io/catalog/sql_catalog.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <type_traits>
#include <utility>

#include "io/catalog/folder_page.h"
#include "io/catalog/schema.h"
#include "io/platform/process.h"

namespace iwant::catalog {

namespace {

/// A file that changed so shortly before it was hashed may change again without another mtime: file
/// systems count in steps of up to two seconds (FAT).
constexpr UnixSeconds kRacySeconds = 2;

bool is_racy(const platform::FileStamp& stamp) {
    return platform::unix_now() - stamp.modified() <= kRacySeconds;
}

bool is_same_state(const platform::FileStamp& a, const platform::FileStamp& b) {
    return a.size_bytes == b.size_bytes && a.modified_ns == b.modified_ns &&
           a.changed_ns == b.changed_ns && a.inode == b.inode;
}

/// The notes about the folders of shares; the value is the inode, then the folder.
std::string root_key(const std::string& share) {
    return "root of " + share;
}

bool is_list_of(const PieceList& pieces, std::uint64_t size_bytes) {
    return pieces.size_bytes == size_bytes && pieces.hashes.size() == piece_count(size_bytes);
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(const std::filesystem::path& path, Logger& logger) {
    Result<std::unique_ptr<Database>> database = open_database(path, logger);
    if (!database) return failure(std::move(database));
    return guarded("open " + path.string(), [&]() -> Result<std::unique_ptr<Catalog>> {
        return std::make_unique<SqlCatalog>(std::move(*database));
    });
}

SqlCatalog::SqlCatalog(std::unique_ptr<Database> database)
    : database_(std::move(database)),
      changes_(*database_),
      entries_(*database_),
      sums_(*database_, entries_, changes_),
      contents_(*database_),
      writer_(entries_, sums_, contents_, changes_),
      walks_(entries_, writer_, contents_),
      queries_(*database_),
      records_(*database_),
      kept_(*database_),
      finished_trees_(*database_) {
    Transaction transaction(*database_, Transaction::Kind::write);
    changes_.purge(ChangeLog::kTombstonesKept);
    transaction.commit();
    update_totals();
}

template <class Work>
auto SqlCatalog::write(std::string_view operation, Durable durable, const Work& work)
    -> decltype(work()) {
    const auto result = guarded(operation, [&]() -> decltype(work()) {
        database_->set_durable(durable);
        Transaction transaction(*database_, Transaction::Kind::write);
        auto outcome = work();
        finish_writing();
        transaction.commit();
        return outcome;
    });
    if (!result) recover();
    return result;
}

void SqlCatalog::finish_writing() {
    sums_.apply();
    contents_.sweep();
    update_totals();
    changes_.save();
}

void SqlCatalog::recover() {
    // What fails here fails again at the next call and is told there.
    const Result<void> reloaded = guarded("read the catalogue again", [&]() -> Result<void> {
        contents_.forget_released();
        changes_.reload();
        sums_.reload();
        update_totals();
        return {};
    });
    static_cast<void>(reloaded);
}

void SqlCatalog::update_totals() {
    Query query = database_->query(
        "SELECT sum(files), sum(folders) + count(*), sum(size), sum(unhashed) FROM entries "
        "WHERE parent IS NULL");
    totals_ = {};
    if (!query.step() || query.is_null(0)) return;
    totals_ = {query.unsigned_number(0), query.unsigned_number(1), query.unsigned_number(2),
               query.unsigned_number(3)};
}

// Reading.

Result<std::optional<SharedFile>> SqlCatalog::find_file(const FileId& file) {
    using Answer = Result<std::optional<SharedFile>>;
    return guarded("look a file up", [&]() -> Answer { return queries_.find_file(file); });
}

Result<std::optional<PieceList>> SqlCatalog::piece_list(const FileId& file) {
    using Answer = Result<std::optional<PieceList>>;
    return guarded("read a piece list", [&]() -> Answer { return queries_.piece_list(file); });
}

Result<std::optional<TreeListing>> SqlCatalog::tree_listing(const TreeId& tree) {
    using Answer = Result<std::optional<TreeListing>>;
    return guarded("read a folder", [&]() -> Answer { return queries_.tree_listing(tree); });
}

Result<CatalogDelta> SqlCatalog::changes_since(std::uint64_t version, std::size_t changes_max) {
    return guarded("read the catalogue", [&]() -> Result<CatalogDelta> {
        return queries_.changes_since(version, changes_max);
    });
}

Result<std::optional<Entry>> SqlCatalog::entry(EntryId id) {
    return guarded("read an entry", [&]() -> Result<std::optional<Entry>> {
        const std::optional<Row> row = entries_.get(id);
        if (!row || !row->announced()) return std::nullopt;
        return entry_of(*row);
    });
}

Result<std::optional<FolderPage>> SqlCatalog::list_folder(const std::string& path,
                                                          const std::optional<FolderPlace>& after,
                                                          std::size_t count) {
    using Answer = Result<std::optional<FolderPage>>;
    return guarded("list a folder", [&]() -> Answer {
        return listing::folder_page(*database_, entries_, path, after, count);
    });
}

// Shares and walks.

std::vector<SqlCatalog::Share> SqlCatalog::shares() {
    std::vector<Share> shares;
    Query query = database_->query("SELECT id, name, folder FROM shares ORDER BY id");
    while (query.step()) shares.push_back({query.number(0), query.text(1), query.text(2)});
    return shares;
}

std::optional<SqlCatalog::Share> SqlCatalog::find_share(const std::string& name) {
    Query query = database_->query("SELECT id, name, folder FROM shares WHERE name = ?");
    if (!query.bind(name).step()) return {};
    return Share{query.number(0), query.text(1), query.text(2)};
}

Result<void> SqlCatalog::set_shares(const std::vector<ShareFolder>& wanted) {
    return write("set the shared folders", Durable::soon, [&]() -> Result<void> {
        for (const Share& share : shares()) {
            if (std::ranges::find(wanted, share.name, &ShareFolder::name) == wanted.end()) {
                remove_share(share);
            }
        }
        for (const ShareFolder& folder : wanted) add_share(folder);
        return {};
    });
}

void SqlCatalog::add_share(const ShareFolder& folder) {
    // The folder of a share may move: what was in it is recognised by the next walk.
    database_
        ->query(
            "INSERT INTO shares (name, folder) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET folder = excluded.folder")
        .bind(folder.name, folder.folder.string())
        .run();
    if (entries_.find(folder.name)) return;
    Row row;
    row.share = find_share(folder.name).value_or(Share{}).id;
    row.path = folder.name;
    row.kind = EntryKind::folder;
    row.state = RowState::known;
    row.modified = 0;
    writer_.add(row);
}

void SqlCatalog::remove_share(const Share& share) {
    if (const std::optional<Row> row = entries_.find(share.name)) writer_.remove_tree(*row);
    walks_.forget_share(share.id);
    sums_.forget_share(share.id);
    database_->query("DELETE FROM shares WHERE id = ?").bind(share.id).run();
    records_.remove_note(root_key(share.name));
}

Result<void> SqlCatalog::set_root(const std::string& name, std::uint64_t inode) {
    const auto set = [&]() -> Result<void> {
        const std::optional<Share> share = find_share(name);
        if (!share) return {};
        const std::string root = std::to_string(inode) + " " + share->folder;
        if (records_.get_note(root_key(name)) == root) return {};
        return set_note(root_key(name), root);
    };
    return guarded("remember a shared folder", set);
}

Result<std::optional<std::uint64_t>> SqlCatalog::last_root(const ShareFolder& share) {
    using Answer = Result<std::optional<std::uint64_t>>;
    return guarded("look at a shared folder", [&]() -> Answer {
        const std::optional<Row> row = entries_.find(share.name);
        if (!row || row->files + row->folders == 0) return std::nullopt;
        const std::string note = records_.get_note(root_key(share.name)).value_or("");
        const std::string_view root = note;
        std::uint64_t inode = 0;
        const auto [end, failed] = std::from_chars(root.begin(), root.end(), inode);
        const std::string_view folder(end, root.end());
        if (failed != std::errc() || folder != " " + share.folder.string()) return std::nullopt;
        return inode;
    });
}

Result<void> SqlCatalog::merge_walk(const std::string& share_name, const std::string& prefix,
                                    std::uint64_t number, const std::vector<SeenEntry>& seen,
                                    bool complete) {
    Result<void> merged =
        write("take a walk of " + share_name, Durable::soon, [&]() -> Result<void> {
            const std::optional<Share> share = find_share(share_name);
            if (!share) return {};  // not shared any more: the walk came too late
            walks_.merge({share->id, share->name, prefix, number, {}}, seen, complete);
            sums_.apply();
            // While more is coming, TreeIds would be of folders that are not read to the end.
            if (!walks_.is_walking(share->id)) sums_.make_trees(share->id);
            return {};
        });
    if (!merged) walks_.give_up(number);
    return merged;
}

// Hashing.

std::vector<HashJob> SqlCatalog::read_jobs(Query& query) {
    std::vector<Row> rows;
    while (query.step()) rows.push_back(read_row(query));
    const std::vector<Share> all = shares();
    std::vector<HashJob> jobs;
    for (const Row& row : rows) {
        const auto share = std::ranges::find(all, row.share, &Share::id);
        if (share == all.end()) continue;
        jobs.push_back({row.id, disk_path_of(row, share->folder), row.stamp});
    }
    return jobs;
}

Result<std::vector<HashJob>> SqlCatalog::files_to_hash(std::size_t count) {
    static const std::string sql = select_rows("state = 0 ORDER BY size, id LIMIT ?");
    return guarded("look for files to hash", [&]() -> Result<std::vector<HashJob>> {
        Query query = database_->query(sql);
        query.bind(static_cast<std::int64_t>(count));
        return read_jobs(query);
    });
}

Result<std::optional<HashJob>> SqlCatalog::hash_job(EntryId id) {
    static const std::string sql = select_rows("id = ? AND state = 0");
    return guarded("look for a file to hash", [&]() -> Result<std::optional<HashJob>> {
        Query query = database_->query(sql);
        query.bind(id);
        const std::vector<HashJob> jobs = read_jobs(query);
        if (jobs.empty()) return std::nullopt;
        return jobs.front();
    });
}

Result<std::size_t> SqlCatalog::record_hashes(std::span<const HashResult> results) {
    for (const HashResult& result : results) {
        if (result.pieces && !is_list_of(*result.pieces, result.stamp.size_bytes)) {
            return failure(ErrorCode::invalid_argument, "record a hash",
                           "the pieces are not those of a file of this size");
        }
    }
    return write("record hashes", Durable::soon, [&]() -> Result<std::size_t> {
        std::size_t recorded = 0;
        std::set<std::int64_t> shares;
        for (const HashResult& result : results) {
            const std::optional<Row> row = entries_.get(result.entry);
            if (!row || row->is_folder() || !is_same_state(row->stamp, result.stamp)) continue;
            record_hash(*row, result);
            shares.insert(row->share);
            ++recorded;
        }
        sums_.apply();
        for (const std::int64_t share : shares) {
            if (!walks_.is_walking(share)) sums_.make_trees(share);
        }
        return recorded;
    });
}

void SqlCatalog::record_hash(const Row& row, const HashResult& result) {
    Row after = row;
    if (result.pieces) {
        const FileId file = file_id(*result.pieces);
        contents_.add_pieces(file, *result.pieces);
        after.content = file.hash;
        after.state = RowState::known;
        after.modified = row.stamp.modified();
        after.racy = is_racy(row.stamp);
    } else {
        after.content.reset();
        after.state = RowState::unreadable;
        after.modified.reset();
    }
    writer_.change(row, std::move(after));
}

Result<std::vector<EntryId>> SqlCatalog::unhashed_below(EntryId folder) {
    return guarded("look for files to hash", [&]() -> Result<std::vector<EntryId>> {
        std::vector<EntryId> ids;
        const std::optional<Row> row = entries_.get(folder);
        if (!row || row->unhashed == 0) return ids;
        Query query = database_->query(
            "SELECT id FROM entries WHERE path > ? AND path < ? AND state = 0 ORDER BY size, id");
        query.bind(first_below(row->path), end_below(row->path));
        while (query.step()) ids.push_back(EntryId{query.unsigned_number(0)});
        return ids;
    });
}

// What the daemon keeps. Facts of downloads are on the disk when the call returns.

Result<void> SqlCatalog::add_finished_files(const std::vector<FinishedFile>& files) {
    return write("record a finished download", Durable::at_once, [&]() -> Result<void> {
        for (const FinishedFile& finished : files) {
            const FileId file = file_id(*finished.pieces);
            contents_.add_pieces(file, *finished.pieces);
            contents_.add_finished(finished.path, finished.stamp, file);
        }
        return {};
    });
}

Result<void> SqlCatalog::move_finished_file(const std::filesystem::path& from,
                                            const std::filesystem::path& to,
                                            const platform::FileStamp& stamp) {
    return write("record a finished download", Durable::at_once, [&]() -> Result<void> {
        contents_.move_finished(from, to, stamp);
        return {};
    });
}

Result<void> SqlCatalog::add_finished_trees(const std::map<TreeId, TreeListing>& trees) {
    return write("record a finished folder", Durable::soon, [&]() -> Result<void> {
        finished_trees_.add(trees);
        return {};
    });
}

Result<std::optional<TreeListing>> SqlCatalog::finished_tree(const TreeId& tree) {
    using Answer = Result<std::optional<TreeListing>>;
    return guarded("read a finished folder",
                   [&]() -> Answer { return finished_trees_.find(tree); });
}

Result<void> SqlCatalog::save_download(const StoredDownload& download) {
    return write("save a download", Durable::at_once, [&]() -> Result<void> {
        records_.save_download(download);
        return {};
    });
}

Result<void> SqlCatalog::save_present(std::uint64_t download,
                                      const std::vector<std::uint8_t>& present) {
    return write("save what is downloaded", Durable::at_once, [&]() -> Result<void> {
        records_.save_present(download, present);
        return {};
    });
}

Result<void> SqlCatalog::remove_download(std::uint64_t download) {
    return write("forget a download", Durable::at_once, [&]() -> Result<void> {
        records_.remove_download(download);
        return {};
    });
}

Result<std::vector<StoredDownload>> SqlCatalog::downloads() {
    return guarded("read the downloads",
                   [&]() -> Result<std::vector<StoredDownload>> { return records_.downloads(); });
}

Result<void> SqlCatalog::save_peer(const StoredPeer& peer) {
    return write("save a peer", Durable::soon, [&]() -> Result<void> {
        records_.save_peer(peer);
        return {};
    });
}

Result<std::vector<StoredPeer>> SqlCatalog::peers(std::size_t count) {
    return guarded("read the peers",
                   [&]() -> Result<std::vector<StoredPeer>> { return records_.peers(count); });
}

Result<std::optional<std::string>> SqlCatalog::get_note(const std::string& key) {
    return guarded("read a note",
                   [&]() -> Result<std::optional<std::string>> { return records_.get_note(key); });
}

Result<void> SqlCatalog::set_note(const std::string& key, const std::string& value) {
    return write("save a note", Durable::soon, [&]() -> Result<void> {
        records_.set_note(key, value);
        return {};
    });
}

}  // namespace iwant::catalog
