#include <algorithm>
#include <map>
#include <string>

#include "base/prng.h"
#include "io/catalog/catalog_fixture.h"

namespace iwant::catalog {
namespace {

/// A share as it should be: what lies on the disk, and which of it has been hashed in that state.
struct ModelFile {
    std::uint64_t size_bytes = 0;
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;
    bool executable = false;
    std::optional<std::uint64_t> seed;  ///< of the pieces, once hashed
};

class ModelTest : public CatalogFixture, public testing::WithParamInterface<std::uint64_t> {
  protected:
    std::vector<SeenEntry> seen() const {
        std::vector<SeenEntry> all;
        for (const std::string& folder : folders_) all.push_back(seen_folder(folder));
        for (const auto& [path, file] : files_) {
            SeenEntry entry = seen_file(path, file.size_bytes, file.inode, file.modified_ns);
            entry.info.executable = file.executable;
            all.push_back(entry);
        }
        return all;
    }

    void change_something() {
        const std::string folder = folders_[prng_.below(folders_.size())];
        const std::string path = folder + "/" + std::to_string(prng_.below(12));
        const auto found = files_.find(path);
        const std::uint64_t choice = prng_.below(6);
        if (choice == 0 && found != files_.end()) {
            files_.erase(found);
        } else if (choice == 1 && found != files_.end()) {
            rename(found);
        } else if (choice == 2 && found != files_.end()) {
            found->second.executable = !found->second.executable;
        } else if (choice == 3 && folders_.size() < 12) {
            folders_.push_back(folder + "/d" + std::to_string(++names_));
        } else if (choice == 4 && folders_.size() > 3) {
            remove_folder(folder);
        } else {
            files_[path] = {prng_.below(5000),
                            ++inodes_,
                            kLongAgoNs + static_cast<std::int64_t>(prng_.below(9) * 1'000'000'000),
                            false,
                            {}};
        }
    }

    void rename(std::map<std::string, ModelFile>::iterator file) {
        const std::string target =
            folders_[prng_.below(folders_.size())] + "/r" + std::to_string(++names_);
        files_[target] = file->second;
        files_.erase(file);
    }

    void remove_folder(const std::string& folder) {
        if (folder == "top") return;
        const auto below = [prefix = folder + "/"](const std::string& path) {
            return path.starts_with(prefix);
        };
        std::erase_if(files_, [&](const auto& file) { return below(file.first); });
        std::erase_if(folders_,
                      [&](const std::string& other) { return other == folder || below(other); });
    }

    void walk_in_batches() {
        const std::vector<SeenEntry> all = seen();
        const std::uint64_t number = ++walk_;
        std::size_t at = 0;
        while (at < all.size()) {
            const std::size_t end = std::min<std::size_t>(all.size(), at + 1 + prng_.below(20));
            const std::vector<SeenEntry> batch(all.begin() + static_cast<std::ptrdiff_t>(at),
                                               all.begin() + static_cast<std::ptrdiff_t>(end));
            ASSERT_TRUE(catalog_->merge_walk("music", "", number, batch, false));
            if (prng_.chance(1, 4)) hash_some();
            at = end;
        }
        ASSERT_TRUE(catalog_->merge_walk("music", "", number, {}, true));
    }

    void hash_some() {
        const Result<std::vector<HashJob>> jobs = catalog_->files_to_hash(prng_.below(6));
        for (const HashJob& job : jobs.value()) {
            const std::string path =
                job.disk_path.string().substr(std::string("/home/ann/music/").size());
            const auto file = files_.find(path);
            if (file == files_.end() || file->second.inode != job.stamp.inode) continue;
            file->second.seed = file->second.inode;
            const PieceList pieces = pieces_of(job.stamp.size_bytes, job.stamp.inode);
            ASSERT_EQ(record({job.entry, job.stamp, pieces}), 1U);
        }
    }

    /// What should be announced of a folder: size, date, and content if all is hashed.
    Entry expected_folder(const std::string& path) const {
        Entry folder;
        folder.kind = EntryKind::folder;
        folder.path = path.empty() ? "music" : "music/" + path;
        TreeListing listing;
        std::optional<UnixSeconds> newest;
        bool complete = true;
        const auto add = [&](const std::string& child, const Entry& entry, bool executable) {
            folder.size_bytes += entry.size_bytes;
            newest = std::max(newest.value_or(entry.modified), entry.modified);
            complete &= entry.content.has_value();
            listing.entries.push_back({child.substr(child.rfind('/') + 1), entry.kind, executable,
                                       entry.size_bytes, entry.content.value_or(Hash256{})});
        };
        const std::string prefix = path.empty() ? "" : path + "/";
        const auto is_child = [&](const std::string& other) {
            return other.size() > prefix.size() && other.starts_with(prefix) &&
                   other.find('/', prefix.size()) == std::string::npos;
        };
        for (const std::string& other : folders_) {
            if (is_child(other)) add(other, expected_folder(other), false);
        }
        for (const auto& [other, file] : files_) {
            if (is_child(other)) add(other, expected_file(other, file), file.executable);
        }
        sort_listing(listing);
        folder.modified = newest.value_or(path.empty() ? 0 : kLongAgoNs / 1'000'000'000);
        if (complete) folder.content = tree_id(listing).hash;
        return folder;
    }

    static Entry expected_file(const std::string& path, const ModelFile& file) {
        Entry entry;
        entry.path = "music/" + path;
        entry.size_bytes = file.size_bytes;
        entry.modified = file.modified_ns / 1'000'000'000;
        if (file.seed) entry.content = file_id(pieces_of(file.size_bytes, *file.seed)).hash;
        return entry;
    }

    std::map<std::string, Entry> expected() const {
        std::map<std::string, Entry> entries{{"music", expected_folder("")}};
        for (const std::string& folder : folders_)
            entries["music/" + folder] = expected_folder(folder);
        for (const auto& [path, file] : files_)
            entries["music/" + path] = expected_file(path, file);
        return entries;
    }

    void compare(const Replica& replica, int round) {
        std::map<std::string, Entry> told;
        Totals totals;
        for (const auto& [id, entry] : replica.entries) {
            EXPECT_EQ(catalog_->entry(EntryId{id}).value(), entry);
            Entry without_id = entry;
            without_id.id = {};
            told[entry.path] = without_id;
            ++(entry.kind == EntryKind::file ? totals.files : totals.folders);
            if (entry.kind == EntryKind::folder) continue;
            totals.bytes += entry.size_bytes;
            totals.unhashed += entry.content ? 0 : 1;
        }
        ASSERT_EQ(told.size(), replica.entries.size())
            << "two entries of one path in round " << round;
        const std::map<std::string, Entry> wanted = expected();
        for (const auto& [path, entry] : wanted)
            ASSERT_EQ(told[path], entry) << path << " in round " << round;
        ASSERT_EQ(told.size(), wanted.size()) << round;
        EXPECT_EQ(catalog_->totals().files, totals.files);
        EXPECT_EQ(catalog_->totals().folders, totals.folders);
        EXPECT_EQ(catalog_->totals().bytes, totals.bytes);
        EXPECT_EQ(catalog_->totals().unhashed, totals.unhashed);
    }

    Prng prng_{GetParam()};
    std::vector<std::string> folders_{"top"};
    std::map<std::string, ModelFile> files_;
    std::uint64_t inodes_ = 0;
    std::uint64_t names_ = 0;
};

TEST_P(ModelTest, whoever_follows_the_changes_has_exactly_what_is_on_the_disk) {
    Replica replica;
    for (int round = 0; round < 40; ++round) {
        for (std::uint64_t i = prng_.below(12); i > 0; --i) change_something();
        walk_in_batches();
        if (prng_.chance(1, 2)) hash_some();
        if (prng_.chance(1, 8)) reopen();
        replica.follow(*catalog_, 1 + prng_.below(20));
        compare(replica, round);
        if (HasFatalFailure()) return;
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, ModelTest, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace iwant::catalog
