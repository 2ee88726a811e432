#include "io/catalog/database.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <sqlite3.h>

#include "base/assert.h"

namespace iwant::catalog {

namespace {

constexpr int kBusyTimeoutMs = 5000;
constexpr std::size_t kPreparedMax = 200;

int open_flags(Database::Access access) {
    // A reader belongs to one thread: it needs no lock for each column.
    if (access == Database::Access::read_only) return SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX;
    return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
}

ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code) {
        case SQLITE_FULL:
            return ErrorCode::no_space;
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_AUTH:
        case SQLITE_PERM:
            return ErrorCode::permission;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::busy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::corrupt;
        case SQLITE_TOOBIG:
            return ErrorCode::limit;
        default:
            return ErrorCode::io;
    }
}

std::string advice_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::no_space:
            return "; free some space on the disk of the state folder";
        case ErrorCode::permission:
            return "; make the state folder writable for this user";
        case ErrorCode::busy:
            return "; another program holds the database";
        case ErrorCode::corrupt:
            return "; it is repaired at the next start";
        default:
            return "";
    }
}

}  // namespace

Error to_error(const SQLite::Exception& exception, std::string operation) {
    const ErrorCode code = code_of(exception.getErrorCode() & 0xff);
    return Error{code, std::move(operation), std::string(exception.what()) + advice_of(code)};
}

Database::Database(const std::filesystem::path& path, Access access)
    : database_(path.string(), open_flags(access), kBusyTimeoutMs) {
    // The page cache is bounded to 8 MiB for the writer, 1 MiB for a reader.
    run(access == Access::read_write ? "PRAGMA cache_size = -8192" : "PRAGMA cache_size = -1024");
    run("PRAGMA temp_store = MEMORY");
}

void Database::set_durable(Durable durable) {
    if (durable == durable_) return;
    run(durable == Durable::at_once ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    durable_ = durable;
}

Prepared& Database::prepared(std::string_view sql) {
    const auto found = prepared_.find(sql);
    if (found != prepared_.end()) return *found->second;
    ASSERT(prepared_.size() < kPreparedMax);
    auto made = std::make_unique<Prepared>(SQLite::Statement(database_, std::string(sql)));
    return *prepared_.emplace(std::string(sql), std::move(made)).first->second;
}

Query::Query(Prepared& prepared) : prepared_(prepared) {
    ASSERT(!prepared.in_use);
    prepared.in_use = true;
}

Query::~Query() {
    prepared_.statement.tryReset();
    prepared_.in_use = false;
}

std::int64_t Query::number(int column) const {
    return prepared_.statement.getColumn(column).getInt64();
}

std::uint64_t Query::unsigned_number(int column) const {
    return std::bit_cast<std::uint64_t>(number(column));
}

std::string Query::text(int column) const {
    return prepared_.statement.getColumn(column).getString();
}

std::vector<std::uint8_t> Query::bytes(int column) const {
    const SQLite::Column value = prepared_.statement.getColumn(column);
    const auto* first = static_cast<const std::uint8_t*>(value.getBlob());
    return {first, first + value.getBytes()};
}

std::optional<Hash256> Query::hash(int column) const {
    const SQLite::Column value = prepared_.statement.getColumn(column);
    Hash256 hash;
    const void* first = value.getBlob();
    if (first == nullptr || value.getBytes() != static_cast<int>(hash.bytes.size())) return {};
    std::memcpy(hash.bytes.data(), first, hash.bytes.size());
    return hash;
}

void Query::put(int index, std::uint64_t number) {
    prepared_.statement.bind(index, std::bit_cast<std::int64_t>(number));
}

void Query::put(int index, std::span<const std::uint8_t> bytes) {
    // A null pointer would bind NULL instead of an empty blob.
    const void* first = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    prepared_.statement.bind(index, first, static_cast<int>(bytes.size()));
}

void Query::put(int index, const std::vector<std::uint8_t>& bytes) {
    put(index, std::span<const std::uint8_t>(bytes));
}

void Query::put(int index, const Hash256& hash) {
    put(index, std::span<const std::uint8_t>(hash.bytes));
}

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
    database_.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!open_) return;
    try {
        database_.run("ROLLBACK");
    } catch (const SQLite::Exception&) {
        // Some failures (disk full) have rolled back already.
    }
}

void Transaction::commit() {
    database_.run("COMMIT");
    open_ = false;
}

}  // namespace iwant::catalog
