#pragma once

// One connection to the database, its prepared statements, and how its failures become Errors.
// Whatever is below may throw SQLite::Exception; `guarded` is where that ends, so no exception
// leaves the module.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/ids.h"
#include "base/result.h"

namespace iwant::catalog {

struct Prepared {
    SQLite::Statement statement;
    bool in_use = false;
};

/// One use of a prepared statement; it is free for the next use when this is destroyed.
class Query {
  public:
    explicit Query(Prepared& prepared);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// Binds all parameters in order.
    template <class... Values>
    Query& bind(const Values&... values) {
        int index = 0;
        (put(++index, values), ...);
        return *this;
    }
    /// Moves to the next row; false at the end.
    bool step() { return prepared_.statement.executeStep(); }
    /// For statements without rows.
    void run() { prepared_.statement.exec(); }

    // The columns of the row, from 0. Numbers above 2^63 are kept as their two's complement.
    bool is_null(int column) const { return prepared_.statement.isColumnNull(column); }
    std::int64_t number(int column) const;
    std::uint64_t unsigned_number(int column) const;
    std::string text(int column) const;
    std::vector<std::uint8_t> bytes(int column) const;
    /// Nothing when the column is null or not a hash.
    std::optional<Hash256> hash(int column) const;

  private:
    void put(int index, std::int64_t number) { prepared_.statement.bind(index, number); }
    void put(int index, std::uint64_t number);
    void put(int index, const std::string& text) { prepared_.statement.bind(index, text); }
    void put(int index, std::span<const std::uint8_t> bytes);
    void put(int index, const std::vector<std::uint8_t>& bytes);
    void put(int index, const Hash256& hash);
    void put(int index, EntryId entry) { put(index, entry.value); }
    void put(int index, std::nullopt_t) { prepared_.statement.bind(index); }
    template <class Value>
    void put(int index, const std::optional<Value>& value) {
        if (value) {
            put(index, *value);
        } else {
            put(index, std::nullopt);
        }
    }

    Prepared& prepared_;
};

class Database {
  public:
    enum class Access { read_only, read_write };
    /// How much of a transaction survives a power cut: `soon` may lose the last ones, never
    /// consistency.
    enum class Durable { soon, at_once };

    /// Throws when it cannot be opened.
    Database(const std::filesystem::path& path, Access access);

    /// `sql` is a constant of the program. Prepared once.
    Query query(std::string_view sql) { return Query(prepared(sql)); }
    void run(const char* sql) { database_.exec(sql); }
    std::int64_t number(const char* sql) { return database_.execAndGet(sql).getInt64(); }
    std::uint64_t last_id() const {
        return static_cast<std::uint64_t>(database_.getLastInsertRowid());
    }
    void set_durable(Durable durable);

  private:
    Prepared& prepared(std::string_view sql);

    SQLite::Database database_;
    Durable durable_ = Durable::soon;
    std::map<std::string, std::unique_ptr<Prepared>, std::less<>> prepared_;
};

/// All or nothing: what was not committed is undone by the destructor.
class Transaction {
  public:
    enum class Kind { read, write };
    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    bool open_ = true;
};

Error to_error(const SQLite::Exception& exception, std::string operation);

/// Runs `work`, which returns a value or a Result, and makes an Error of what it throws.
template <class Work>
auto guarded(std::string_view operation, const Work& work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        return std::unexpected(to_error(exception, std::string(operation)));
    }
}

}  // namespace iwant::catalog
