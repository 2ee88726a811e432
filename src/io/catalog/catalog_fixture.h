#pragma once

// What the tests of the catalogue have in common: a catalogue in a folder of its own, and entries
// that look as if a walk had seen them.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/content.h"
#include "base/hash.h"
#include "io/catalog/catalog.h"

namespace iwant::catalog {

/// A folder that is removed with all that is in it.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "iwant-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

class WarningLogger final : public Logger {
  public:
    void log(LogLevel level, std::string_view line) override {
        if (level == LogLevel::warning) warnings.emplace_back(line);
    }
    std::vector<std::string> warnings;
};

inline constexpr std::int64_t kLongAgoNs = 1'600'000'000'000'000'000;

inline SeenEntry seen_file(const std::string& path, std::uint64_t size_bytes, std::uint64_t inode,
                           std::int64_t modified_ns = kLongAgoNs) {
    SeenEntry seen{path, path, {}};
    seen.info.kind = platform::FileKind::file;
    seen.info.stamp = {size_bytes, modified_ns, modified_ns, inode, 5};
    return seen;
}

inline SeenEntry seen_folder(const std::string& path, std::uint64_t inode = 1'000'000) {
    SeenEntry seen{path, path, {}};
    seen.info.kind = platform::FileKind::folder;
    seen.info.stamp = {4096, kLongAgoNs, kLongAgoNs, inode, 5};
    return seen;
}

/// A piece list of the right length, different for each `seed`.
inline PieceList pieces_of(std::uint64_t size_bytes, std::uint64_t seed) {
    PieceList pieces{size_bytes, {}};
    for (std::uint64_t i = 0; i < piece_count(size_bytes); ++i) {
        pieces.hashes.push_back(Hasher().update_u64(seed).update_u64(i).digest());
    }
    return pieces;
}

/// The listing as a stranger has it who is told by deltas.
class Replica {
  public:
    void follow(CatalogReader& catalog, std::size_t step) {
        bool more = true;
        while (more) {
            const Result<CatalogDelta> delta = catalog.changes_since(version, step);
            ASSERT_TRUE(delta) << delta.error().text();
            ASSERT_LE(delta->changes.size(), step);
            apply(*delta);
            more = delta->more;
        }
    }

    std::map<std::uint64_t, Entry> entries;
    std::uint64_t version = 0;
    std::uint64_t changes_taken = 0;

  private:
    void apply(const CatalogDelta& delta) {
        for (const EntryChange& change : delta.changes) {
            ASSERT_GT(change.version, version) << "each change has its own, higher version";
            version = change.version;
            ++changes_taken;
            if (change.what == EntryChange::What::present) {
                entries[change.entry.id.value] = change.entry;
            } else {
                entries.erase(change.entry.id.value);
            }
        }
        ASSERT_GE(delta.up_to, version);
        version = delta.up_to;
    }
};

class CatalogFixture : public testing::Test {
  protected:
    void SetUp() override {
        reopen();
        ASSERT_TRUE(catalog_->set_shares({{"music", "/home/ann/music"}}));
    }

    void reopen() {
        catalog_.reset();
        Result<std::unique_ptr<Catalog>> opened = Catalog::open(database(), logger_);
        ASSERT_TRUE(opened) << opened.error().text();
        catalog_ = std::move(*opened);
    }

    std::filesystem::path database() const { return scratch_.path() / "iwant.db"; }

    /// One whole walk of the share.
    void walk(const std::vector<SeenEntry>& seen) { walk_below("", seen); }
    void walk_below(const std::string& prefix, const std::vector<SeenEntry>& seen) {
        const Result<void> merged = catalog_->merge_walk("music", prefix, ++walk_, seen, true);
        ASSERT_TRUE(merged) << merged.error().text();
    }

    std::map<std::string, Entry> listing() {
        Replica replica;
        replica.follow(*catalog_, 1000);
        std::map<std::string, Entry> entries;
        for (const auto& [id, entry] : replica.entries) entries.emplace(entry.path, entry);
        return entries;
    }

    EntryId id_of(const std::string& path) { return listing().at(path).id; }

    FileId hash(const std::string& path, std::uint64_t seed) {
        const EntryId id = id_of(path);
        const Result<std::optional<HashJob>> job = catalog_->hash_job(id);
        EXPECT_TRUE(job && *job) << path;
        const PieceList pieces = pieces_of((*job)->stamp.size_bytes, seed);
        EXPECT_EQ(record({id, (*job)->stamp, pieces}), 1U) << path;
        return file_id(pieces);
    }

    Result<std::size_t> record(const HashResult& result) {
        return catalog_->record_hashes({&result, 1});
    }

    std::vector<std::string> waiting() {
        std::vector<std::string> paths;
        const Result<std::vector<HashJob>> jobs = catalog_->files_to_hash(1000);
        for (const HashJob& job : jobs.value()) {
            paths.push_back(job.disk_path.string());
        }
        return paths;
    }

    ScratchFolder scratch_;
    WarningLogger logger_;
    std::unique_ptr<Catalog> catalog_;
    std::uint64_t walk_ = 0;
};

}  // namespace iwant::catalog
