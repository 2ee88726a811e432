#include "io/catalog/schema.h"

#include <string>
#include <system_error>

#include "io/platform/process.h"

namespace iwant::catalog {

namespace {

// state of an entry: 0 waits to be hashed, 1 known (folders always), 2 unreadable and not
// announced. entries.modified is what is announced, in seconds; null when the entry is not
// announced, so that max() over a folder's children passes over it. entries.size of a folder is the
// sum of its files, and files, folders, unhashed count what is below it.
constexpr const char* kSchema = R"sql(
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    catalog_id INTEGER NOT NULL,
    version INTEGER NOT NULL
);
CREATE TABLE shares (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    folder BLOB NOT NULL
);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    share INTEGER NOT NULL REFERENCES shares (id),
    parent INTEGER REFERENCES entries (id),
    path TEXT NOT NULL UNIQUE,
    disk_path BLOB,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    executable INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    device INTEGER NOT NULL,
    modified INTEGER,
    racy INTEGER NOT NULL,
    content BLOB,
    files INTEGER NOT NULL,
    folders INTEGER NOT NULL,
    unhashed INTEGER NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX entries_by_parent ON entries (parent, modified);
CREATE INDEX entries_by_version ON entries (version);
CREATE INDEX entries_by_content ON entries (content) WHERE content IS NOT NULL;
CREATE INDEX entries_by_inode ON entries (inode) WHERE kind = 0 AND content IS NOT NULL;
CREATE INDEX entries_to_hash ON entries (size, id) WHERE state = 0;
CREATE TABLE removed (
    entry INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
);
CREATE INDEX removed_by_version ON removed (version);
CREATE TABLE vanished (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    device INTEGER NOT NULL,
    racy INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX vanished_by_inode ON vanished (inode);
CREATE INDEX vanished_by_content ON vanished (content);
CREATE TABLE finished (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    device INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX finished_by_content ON finished (content);
CREATE TABLE pieces (
    content BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    hashes BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE downloads (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    part_folder BLOB NOT NULL,
    present BLOB NOT NULL,
    part_key BLOB NOT NULL
);
CREATE TABLE peers (
    peer BLOB PRIMARY KEY,
    name BLOB NOT NULL,
    host BLOB NOT NULL,
    port INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX peers_by_last_seen ON peers (last_seen);
CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
)sql";

// Came later than the others: made in a database that lacks them. Programs that do not know them
// leave them alone, so the version of the tables is the same. `after`, `last` and `place` are
// places within a folder; `size` is about what a page takes on disk.
constexpr const char* kLaterTables = R"sql(
CREATE TABLE IF NOT EXISTS kept_pages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    peer BLOB NOT NULL,
    path BLOB NOT NULL,
    after BLOB NOT NULL,
    last BLOB NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    size INTEGER NOT NULL,
    UNIQUE (peer, path, after)
);
CREATE INDEX IF NOT EXISTS kept_pages_by_age ON kept_pages (as_of);
CREATE INDEX IF NOT EXISTS kept_pages_by_owner ON kept_pages (peer, as_of);
CREATE TABLE IF NOT EXISTS kept_items (
    page INTEGER NOT NULL REFERENCES kept_pages (id) ON DELETE CASCADE,
    place BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    content BLOB,
    files INTEGER NOT NULL,
    PRIMARY KEY (page, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS kept_items_by_content ON kept_items (content)
    WHERE content IS NOT NULL;
CREATE TABLE IF NOT EXISTS finished_trees (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tree BLOB NOT NULL UNIQUE,
    listing BLOB NOT NULL
);
)sql";

constexpr int kDamagedMax = 1000;

enum class Condition { fresh, ours, newer, foreign, damaged };

std::string operation_on(const std::filesystem::path& path) {
    return "open " + path.string();
}

Condition examine(Database& database) {
    const auto application = database.number("PRAGMA application_id");
    const auto version = database.number("PRAGMA user_version");
    if (application == kApplicationId) {
        if (version > kSchemaVersion) return Condition::newer;
        if (version < kSchemaVersion) return Condition::damaged;
        Query check = database.query("PRAGMA quick_check(1)");
        if (!check.step() || check.text(0) != "ok") return Condition::damaged;
        return Condition::ours;
    }
    const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
    return application == 0 && version == 0 && empty ? Condition::fresh : Condition::foreign;
}

void create_tables(Database& database) {
    Transaction transaction(database, Transaction::Kind::write);
    database.run(kSchema);
    database.query("INSERT INTO state VALUES (1, ?, 0)").bind(platform::random_u64()).run();
    database.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    database.run(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
    transaction.commit();
}

void set_up_connection(Database& database) {
    // A longer log than SQLite's default: each of its checkpoints is an fsync of the whole
    // database.
    database.run("PRAGMA wal_autocheckpoint = 4000");
    database.run("PRAGMA journal_size_limit = 33554432");
    database.run("PRAGMA synchronous = NORMAL");
    database.run("PRAGMA foreign_keys = ON");
}

/// Opens as it is; `condition` tells what was found. Only a database that is ours or empty is
/// changed.
std::unique_ptr<Database> open_examined(const std::filesystem::path& path, Condition& condition) {
    auto database = std::make_unique<Database>(path, Database::Access::read_write);
    condition = examine(*database);
    if (condition != Condition::fresh && condition != Condition::ours) return database;
    database->query("PRAGMA journal_mode = WAL").step();
    set_up_connection(*database);
    if (condition == Condition::fresh) create_tables(*database);
    database->run(kLaterTables);
    return database;
}

Result<std::filesystem::path> move_aside(const std::filesystem::path& path) {
    for (int number = 1; number <= kDamagedMax; ++number) {
        std::filesystem::path aside = path.string() + ".damaged-" + std::to_string(number);
        std::error_code failed;
        if (std::filesystem::exists(aside, failed)) continue;
        std::filesystem::rename(path, aside, failed);
        if (failed) return failure(ErrorCode::io, "move aside " + path.string(), failed.message());
        for (const char* suffix : {"-wal", "-shm"}) {
            // The log belongs to the old database and would spoil a new one.
            std::filesystem::rename(path.string() + suffix, aside.string() + suffix, failed);
        }
        return aside;
    }
    return failure(ErrorCode::limit, "move aside " + path.string(),
                   "there are too many damaged databases beside it; delete some");
}

Result<std::unique_ptr<Database>> replace_database(const std::filesystem::path& path,
                                                   std::string_view reason, Logger& logger) {
    const Result<std::filesystem::path> aside = move_aside(path);
    if (!aside) return std::unexpected(aside.error());
    logger.warning("the database could not be used and was made anew reason=\"" +
                   std::string(reason) + "\" kept=" + aside->string());
    return guarded(operation_on(path), [&]() -> Result<std::unique_ptr<Database>> {
        Condition condition{};
        return open_examined(path, condition);
    });
}

}  // namespace

Result<std::unique_ptr<Database>> open_database(const std::filesystem::path& path, Logger& logger) {
    Condition condition = Condition::damaged;
    Result<std::unique_ptr<Database>> opened = guarded(
        operation_on(path),
        [&]() -> Result<std::unique_ptr<Database>> { return open_examined(path, condition); });
    if (!opened) {
        if (opened.error().code != ErrorCode::corrupt) return opened;
        return replace_database(path, opened.error().message, logger);
    }
    switch (condition) {
        case Condition::newer:
            return failure(ErrorCode::invalid_argument, operation_on(path),
                           "it was written by a newer version of iWant; install that version, or "
                           "use another state folder with --home");
        case Condition::foreign:
            opened->reset();
            return replace_database(path, "it belongs to another program", logger);
        case Condition::damaged:
            opened->reset();
            return replace_database(path, "it is damaged", logger);
        default:
            return opened;
    }
}

}  // namespace iwant::catalog
