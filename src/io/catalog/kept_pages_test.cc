#include "io/catalog/kept_pages.h"

#include <functional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "io/catalog/catalog_fixture.h"
#include "io/catalog/database.h"

namespace iwant::catalog {
namespace {

constexpr UnixSeconds kNow = 1'700'000'000;
constexpr UnixSeconds kDay = 24 * 3600;

Hash256 hash_of(std::uint64_t number) {
    return Hasher().update_u64(number).digest();
}

const PeerId kAnn{hash_of(1)};
const PeerId kBob{hash_of(2)};

std::string number_name(std::size_t number) {
    std::string digits = std::to_string(number);
    return std::string(4 - digits.size(), '0') + digits;
}

FolderItem file(const std::string& name, std::uint64_t seed) {
    return {name, EntryKind::file, seed, 5, hash_of(seed), 0};
}

/// The files first to last of a folder of numbered ones.
KeptPage numbers(std::size_t first, std::size_t last, UnixSeconds as_of = kNow) {
    KeptPage page{"Shared/n", {}, 1000, 5, true, {}, as_of};
    if (first > 0) page.after = {EntryKind::file, number_name(first - 1)};
    for (std::size_t i = first; i <= last; ++i) page.items.push_back(file(number_name(i), i));
    return page;
}

class KeptFolders : public CatalogFixture {
  protected:
    KeptPages& kept() { return catalog_->kept_pages(); }
    void keep(const KeptPage& page, const PeerId& peer = kAnn) {
        const Result<void> kept_now = kept().keep(peer, page);
        ASSERT_TRUE(kept_now) << kept_now.error().text();
    }
    std::optional<KeptPage> find(const std::string& path,
                                 const std::optional<FolderPlace>& after = {},
                                 UnixSeconds now = kNow) {
        const Result<std::optional<KeptPage>> found = kept().find(kAnn, path, after, now);
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : std::nullopt;
    }
    /// All names of the folder of numbers, a page at a time as people get them.
    std::vector<std::string> names() {
        std::vector<std::string> names;
        std::optional<FolderPlace> after;
        while (const auto page = find("Shared/n", after)) {
            for (const FolderItem& item : page->items) names.push_back(item.name);
            if (!page->more) return names;
            after = {page->items.back().kind, page->items.back().name};
        }
        names.emplace_back("the rest was not kept");
        return names;
    }
    std::int64_t count(const std::string& table) {
        SQLite::Database database(this->database().string());
        return database.execAndGet("SELECT count(*) FROM " + table).getInt64();
    }
};

TEST_F(KeptFolders, are_found_again_as_they_were_told_also_after_a_restart) {
    const KeptPage page{"Shared/TV",
                        {},
                        7,
                        99,
                        false,
                        {{"a", EntryKind::folder, 9, 1, hash_of(8), 6},
                         {"Ärger\n.txt", EntryKind::file, ~std::uint64_t{0} >> 1, -3, {}, 0}},
                        kNow};
    keep(page);
    keep({"", {}, 7, 99, false, {{"Shared", EntryKind::folder, 99, 1, {}, 7}}, kNow});
    reopen();
    EXPECT_EQ(find("Shared/TV"), page);
    EXPECT_EQ(find("").value().items.size(), 1u);
    EXPECT_FALSE(find("Shared"));
    EXPECT_FALSE(find("Shared/TV/a"));
    EXPECT_FALSE(kept().find(kBob, "Shared/TV", {}, kNow).value()) << "somebody else's";
}

TEST_F(KeptFolders, that_were_empty_are_known_to_be_empty) {
    keep({"Shared/none", {}, 0, 0, false, {}, kNow});
    ASSERT_TRUE(find("Shared/none"));
    EXPECT_FALSE(find("Shared/none")->more);
    EXPECT_FALSE(find("Shared/none", FolderPlace{EntryKind::file, "z"})->more);
}

TEST_F(KeptFolders, need_no_share_name_where_that_leaves_no_doubt) {
    keep({"Shared/TV", {}, 0, 0, false, {}, kNow});
    EXPECT_EQ(find("TV").value().path, "Shared/TV");
    EXPECT_FALSE(find("V"));
    keep({"More/TV", {}, 0, 0, false, {}, kNow});
    EXPECT_FALSE(find("TV"));
}

TEST_F(KeptFolders, that_are_large_are_put_together_from_parts) {
    keep(numbers(0, 9));
    EXPECT_EQ(names().back(), "the rest was not kept");
    keep(numbers(20, 29));
    EXPECT_EQ(names().size(), 11u) << "there is a gap";
    keep(numbers(10, 19));
    KeptPage last = numbers(30, 35);
    last.more = false;
    keep(last);
    EXPECT_EQ(names().size(), 36u);
    EXPECT_EQ(find("Shared/n", FolderPlace{EntryKind::file, "0004"}).value().items.front().name,
              "0005");
    EXPECT_EQ(find("Shared/n", FolderPlace{EntryKind::folder, "z"}).value().items.front().name,
              "0000");
}

TEST_F(KeptFolders, told_anew_replace_what_they_cover_and_nothing_else) {
    for (const std::size_t first : {0, 10, 20}) keep(numbers(first, first + 9));
    keep(numbers(5, 24, kNow + 1));
    EXPECT_EQ(names().size(), 26u) << "one in the middle, overlapping both ends";
    EXPECT_EQ(find("Shared/n", FolderPlace{EntryKind::file, "0012"})->as_of, kNow + 1);
    KeptPage shrunk = numbers(0, 3, kNow + 2);
    shrunk.more = false;
    keep(shrunk);
    EXPECT_EQ(names().size(), 4u);
    EXPECT_EQ(count("kept_pages"), 1);
    EXPECT_EQ(count("kept_items"), 4);
}

TEST_F(KeptFolders, told_again_unchanged_are_only_of_another_time) {
    const auto last_id = [&] {
        SQLite::Database database(this->database().string());
        return database.execAndGet("SELECT max(id) FROM kept_pages").getInt64();
    };
    KeptPage page = numbers(10, 19);
    keep(page);
    keep(numbers(15, 24));
    EXPECT_EQ(count("kept_pages"), 2);
    keep(page);
    EXPECT_EQ(count("kept_pages"), 1) << "what overlaps is older now";
    const std::int64_t id = last_id();
    page.as_of = kNow + 5;
    keep(page);
    EXPECT_EQ(last_id(), id);
    EXPECT_EQ(find("Shared/n", page.after), page);
    for (const auto& change : std::vector<std::function<void()>>{
             [&] { ++page.files; }, [&] { ++page.bytes; }, [&] { page.more = false; },
             [&] { page.items[3].content.reset(); }, [&] { page.items[4].modified = 1; },
             [&] { page.items.pop_back(); }, [&] { page.items.clear(); }}) {
        change();
        keep(page);
        EXPECT_EQ(find("Shared/n", page.after), page);
        EXPECT_EQ(count("kept_pages"), 1);
    }
}

TEST_F(KeptFolders, are_told_by_the_first_digits_of_what_is_in_them) {
    keep({"Shared/n",
          {},
          1,
          2,
          false,
          {file("x", 41), file("y", 42), {"z", {}, 1, 1, {}, 0}},
          kNow - 2});
    keep({"", {}, 1, 2, false, {{"Shared", EntryKind::folder, 4, 5, hash_of(43), 6}}, kNow});
    keep({"Shared/m", {}, 1, 2, false, {file("same", 41)}, kNow - 1}, kBob);
    const std::string digits = hash_of(41).hex();
    for (const std::size_t some : {7, 8, 64}) {
        const auto found = kept().contents(digits.substr(0, some), 9, kNow).value();
        ASSERT_EQ(found.size(), 1u) << some;
        EXPECT_EQ(found[0].content, hash_of(41));
        EXPECT_EQ(found[0].path, "Shared/m/same") << "the newest word";
        EXPECT_EQ(found[0].peer, kBob);
        EXPECT_EQ(found[0].size_bytes, 41u);
    }
    const auto share = kept().contents(hash_of(43).hex(), 9, kNow).value();
    ASSERT_EQ(share.size(), 1u);
    EXPECT_EQ(share[0].path, "Shared");
    EXPECT_EQ(share[0].kind, EntryKind::folder);
    EXPECT_EQ(kept().contents("", 2, kNow)->size(), 2u);
    EXPECT_TRUE(kept().contents(hash_of(44).hex(), 9, kNow)->empty());
    for (const std::string& wrong : {std::string("xyz"), std::string(65, 'a'), digits + "0"})
        EXPECT_TRUE(kept().contents(wrong, 9, kNow)->empty()) << wrong;
}

TEST_F(KeptFolders, are_read_by_owner_each_path_once_the_newest_first) {
    EXPECT_TRUE(kept().owners(kNow)->empty());
    keep(numbers(0, 9));
    keep(numbers(5, 14, kNow + 1));
    keep({"", {}, 1, 2, false, {{"Shared", EntryKind::folder, 4, 5, {}, 6}}, kNow - 1});
    keep({"Shared/m", {}, 1, 2, false, {file("y", 41)}, kNow - 2}, kBob);
    EXPECT_EQ(kept().owners(kNow)->size(), 2u);
    const auto entries = kept().entries(kAnn, 100, kNow).value();
    ASSERT_EQ(entries.size(), 16u);
    EXPECT_EQ(entries.front().entry.path, "Shared/n/0005");
    EXPECT_EQ(entries.front().as_of, kNow + 1);
    EXPECT_EQ(entries.front().entry.content, hash_of(5));
    EXPECT_EQ(entries.back().entry.path, "Shared");
    EXPECT_EQ(entries.back().entry.kind, EntryKind::folder);
    EXPECT_EQ(kept().entries(kAnn, 3, kNow)->size(), 3u);
    EXPECT_EQ(kept().owners(kNow - 1 + 30 * kDay).value(), std::vector{kAnn});
    EXPECT_TRUE(kept().entries(kBob, 9, kNow - 1 + 30 * kDay)->empty());
}

TEST_F(KeptFolders, are_forgotten_after_thirty_days) {
    keep({"Shared/old", {}, 1, 2, false, {file("x", 1)}, kNow - 30 * kDay});
    keep({"Shared/new", {}, 1, 2, false, {file("y", 2)}, kNow});
    keep({"Shared/clock", {}, 1, 2, false, {}, kNow + 300 * kDay});
    EXPECT_TRUE(find("Shared/old"));
    EXPECT_FALSE(find("Shared/old", {}, kNow + 1)) << "also before it is dropped";
    EXPECT_FALSE(find("old", {}, kNow + 1));
    EXPECT_TRUE(kept().contents(hash_of(1).hex(), 9, kNow + 1)->empty());
    ASSERT_TRUE(kept().drop_old(kNow + 1));
    EXPECT_EQ(count("kept_pages"), 1);
    EXPECT_EQ(count("kept_items"), 1);
    EXPECT_TRUE(find("Shared/new"));
}

TEST_F(KeptFolders, stay_within_their_bound_on_disk_and_the_oldest_go_first) {
    constexpr std::uint64_t kBound = 2'000'000;
    catalog_.reset();
    Database database(this->database(), Database::Access::read_write);
    database.run("PRAGMA foreign_keys = ON");
    const auto pages = [&] {
        return database.number("PRAGMA page_count") * database.number("PRAGMA page_size");
    };
    const std::int64_t empty = pages();
    KeptPages kept(database, kBound);
    // Long names and short ones, hashed and not, many small folders and few large ones.
    for (std::size_t round = 0; round < 600; ++round) {
        const std::string name((round / 100) * 50 + 1, 'n');
        KeptPage page{std::to_string(round), {}, 1, 2, false, {}, kNow + UnixSeconds(round)};
        for (std::size_t i = 0; i < (round % 100 < 95 ? 1 : 1000); ++i) {
            page.items.push_back(file(name + number_name(i), round * 1000 + i));
            if (round % 2 != 0) page.items.back().content.reset();
        }
        ASSERT_TRUE(kept.keep(kAnn, page));
        ASSERT_LE(pages() - empty, std::int64_t(kBound)) << round;
    }
    EXPECT_GT(pages() - empty, std::int64_t(kBound / 3)) << "the bound is made use of";
    EXPECT_TRUE(kept.find(kAnn, "599", {}, kNow).value());
    EXPECT_FALSE(kept.find(kAnn, "0", {}, kNow).value());
}

TEST_F(KeptFolders, too_large_for_the_bound_leave_nothing) {
    catalog_.reset();
    Database database(this->database(), Database::Access::read_write);
    database.run("PRAGMA foreign_keys = ON");
    KeptPages kept(database, 1000);
    ASSERT_TRUE(kept.keep(kAnn, numbers(0, 9)));
    EXPECT_FALSE(kept.find(kAnn, "Shared/n", {}, kNow).value());
}

TEST_F(KeptFolders, come_into_a_database_that_was_made_without_them) {
    walk({seen_file("x", 5, 1)});
    catalog_.reset();
    SQLite::Database(database().string(), SQLite::OPEN_READWRITE)
        .exec("DROP TABLE kept_items; DROP TABLE kept_pages");
    reopen();
    EXPECT_TRUE(logger_.warnings.empty());
    EXPECT_EQ(listing().size(), 2u);
    keep(numbers(0, 9));
    EXPECT_EQ(find("n").value().items.size(), 10u);
}

}  // namespace
}  // namespace iwant::catalog
