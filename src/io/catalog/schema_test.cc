#include <fstream>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "io/catalog/catalog_fixture.h"

namespace iwant::catalog {
namespace {

class ADatabase : public CatalogFixture {
  protected:
    /// Copies of database and log as a crash would leave them.
    void copy_to(const std::filesystem::path& folder) const {
        std::filesystem::create_directories(folder);
        for (const char* suffix : {"", "-wal"}) {
            const std::string name = database().string() + suffix;
            if (!std::filesystem::exists(name)) continue;
            std::filesystem::copy_file(name, folder / ("iwant.db" + std::string(suffix)));
        }
    }

    void overwrite(std::uintmax_t offset, const std::string& bytes) const {
        std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(offset));
        file << bytes;
    }

    std::filesystem::path aside(int number) const {
        return database().string() + ".damaged-" + std::to_string(number);
    }
};

TEST_F(ADatabase, that_a_kill_left_behind_has_everything_that_was_committed) {
    walk({seen_file("x", 5, 1)});
    const FileId content = hash("music/x", 1);
    ASSERT_TRUE(catalog_->save_download({7, "record", "part", {1}, {2}}));
    copy_to(scratch_.path() / "copy");
    const auto copy = Catalog::open(scratch_.path() / "copy" / "iwant.db", logger_);
    ASSERT_TRUE(copy);
    EXPECT_EQ((*copy)->state(), catalog_->state());
    EXPECT_TRUE((*copy)->find_file(content).value());
    EXPECT_EQ((*copy)->downloads()->size(), 1u);
    EXPECT_TRUE(logger_.warnings.empty());
}

TEST_F(ADatabase, cut_off_anywhere_in_its_log_opens_as_of_an_earlier_moment) {
    std::vector<SeenEntry> seen;
    for (std::uint64_t i = 1; i <= 20; ++i) {
        seen.push_back(seen_file("f" + std::to_string(i), i, i));
        walk(seen);
    }
    const std::uintmax_t whole = std::filesystem::file_size(database().string() + "-wal");
    ASSERT_GT(whole, 0u);
    for (std::uintmax_t part = 0; part <= 20; ++part) {
        const std::filesystem::path folder = scratch_.path() / std::to_string(part);
        copy_to(folder);
        std::filesystem::resize_file(folder / "iwant.db-wal", whole * part / 20);
        const auto cut = Catalog::open(folder / "iwant.db", logger_);
        ASSERT_TRUE(cut) << cut.error().text();
        Replica replica;
        replica.follow(**cut, 100);
        std::uint64_t bytes = 0;
        std::uint64_t told = 0;
        for (const auto& [id, entry] : replica.entries) {
            (entry.kind == EntryKind::file ? bytes : told) += entry.size_bytes;
        }
        EXPECT_EQ(bytes, told) << part;
        EXPECT_LE((*cut)->state().version, catalog_->state().version);
    }
}

TEST_F(ADatabase, that_is_damaged_is_kept_aside_and_made_anew) {
    walk({seen_file("x", 5, 1)});
    catalog_.reset();
    // The second page on: the tables, not the header.
    overwrite(4096, std::string(std::filesystem::file_size(database()) - 4096, '\0'));
    reopen();
    EXPECT_TRUE(std::filesystem::exists(aside(1)));
    EXPECT_EQ(logger_.warnings.size(), 1u);
    EXPECT_TRUE(listing().empty());
    ASSERT_TRUE(catalog_->set_shares({{"music", "/home/ann/music"}}));
    walk({seen_file("x", 5, 1)});
    EXPECT_EQ(listing().size(), 2u);
}

TEST_F(ADatabase, of_rubbish_or_cut_short_is_kept_aside_each_under_its_own_name) {
    catalog_.reset();
    std::ofstream(database(), std::ios::trunc) << std::string(10'000, 'x');
    reopen();
    catalog_.reset();
    std::filesystem::resize_file(database(), 5000);
    reopen();
    EXPECT_EQ(std::filesystem::file_size(aside(1)), 10'000u);
    EXPECT_EQ(std::filesystem::file_size(aside(2)), 5000u);
    EXPECT_EQ(logger_.warnings.size(), 2u);
}

TEST_F(ADatabase, that_is_an_empty_file_is_simply_filled) {
    catalog_.reset();
    std::filesystem::remove(database());
    std::ofstream(database()).flush();
    reopen();
    EXPECT_FALSE(std::filesystem::exists(aside(1)));
    EXPECT_TRUE(logger_.warnings.empty());
}

TEST_F(ADatabase, of_another_program_is_kept_aside_unchanged) {
    catalog_.reset();
    std::filesystem::remove(database());
    {
        SQLite::Database other(database().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        other.exec("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (42)");
    }
    reopen();
    SQLite::Database other(aside(1).string());
    EXPECT_EQ(other.execAndGet("SELECT x FROM theirs").getInt(), 42);
    EXPECT_EQ(logger_.warnings.size(), 1u);
}

TEST_F(ADatabase, of_a_newer_version_is_refused_and_left_alone) {
    catalog_.reset();
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
    const Result<std::unique_ptr<Catalog>> opened = Catalog::open(database(), logger_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(opened.error().message.find("newer"), std::string::npos);
    SQLite::Database left(database().string());
    EXPECT_EQ(left.execAndGet("PRAGMA user_version").getInt(), 99);
}

TEST_F(ADatabase, that_cannot_be_made_is_an_error_with_its_path) {
    const Result<std::unique_ptr<Catalog>> opened =
        Catalog::open(scratch_.path() / "no such folder" / "iwant.db", logger_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::permission);
    EXPECT_NE(opened.error().text().find("no such folder"), std::string::npos);
    EXPECT_TRUE(logger_.warnings.empty());
}

}  // namespace
}  // namespace iwant::catalog
