#include "io/catalog/catalog.h"

#include <fstream>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "base/prng.h"
#include "io/catalog/catalog_fixture.h"
#include "io/catalog/change_log.h"

namespace iwant::catalog {
namespace {

using testing::ElementsAre;

using ACatalog = CatalogFixture;

TEST_F(ACatalog, keeps_its_id_and_version_over_a_restart) {
    walk({seen_file("x", 5, 1)});
    const CatalogState before = catalog_->state();
    EXPECT_NE(before.catalog_id, 0u);
    EXPECT_GT(before.version, 0u);
    reopen();
    EXPECT_EQ(catalog_->state(), before);
}

TEST_F(ACatalog, remembers_the_folder_of_a_share_that_has_something_in_it) {
    const Catalog::ShareFolder music{"music", "/home/ann/music"};
    EXPECT_EQ(catalog_->last_root(music).value(), std::nullopt);
    ASSERT_TRUE(catalog_->set_root("music", 12));
    EXPECT_EQ(catalog_->last_root(music).value(), std::nullopt) << "it is empty";
    walk({seen_file("x", 5, 1)});
    ASSERT_TRUE(catalog_->set_root("music", 12'345'678'901));
    reopen();
    EXPECT_EQ(catalog_->last_root(music).value(), 12'345'678'901u);
    EXPECT_EQ(catalog_->last_root({"music", "/home/ann"}).value(), std::nullopt);
    EXPECT_EQ(catalog_->last_root({"films", "/home/ann/music"}).value(), std::nullopt);
    ASSERT_TRUE(catalog_->set_shares({}));
    ASSERT_TRUE(catalog_->set_shares({music}));
    walk({seen_file("x", 5, 1)});
    EXPECT_EQ(catalog_->last_root(music).value(), std::nullopt) << "it was not shared between";
}

std::vector<std::string> names_of(const Result<std::optional<FolderPage>>& page) {
    std::vector<std::string> names;
    for (const FolderPage::Item& item : page.value().value().items)
        names.push_back(item.entry.path);
    return names;
}

TEST_F(ACatalog, lists_folders_first_in_parts_and_in_order) {
    walk({seen_file("b", 5, 1), seen_file("a", 6, 2), seen_folder("z"), seen_file("z/deep", 7, 3),
          seen_folder("y", 1'000'001)});
    EXPECT_THAT(names_of(catalog_->list_folder("", {}, 9)), ElementsAre("music"));
    const auto page = catalog_->list_folder("music", {}, 9);
    EXPECT_THAT(names_of(page), ElementsAre("music/y", "music/z", "music/a", "music/b"));
    EXPECT_EQ((*page)->files, 3u);
    EXPECT_EQ((*page)->bytes, 18u);
    EXPECT_EQ((*page)->items[1].files, 1u);
    EXPECT_FALSE((*page)->more);
    const auto first = catalog_->list_folder("music", {}, 1);
    EXPECT_THAT(names_of(first), ElementsAre("music/y"));
    EXPECT_TRUE((*first)->more);
    EXPECT_THAT(names_of(catalog_->list_folder("music", FolderPlace{EntryKind::folder, "y"}, 2)),
                ElementsAre("music/z", "music/a"));
    EXPECT_THAT(names_of(catalog_->list_folder("music", FolderPlace{EntryKind::file, "a"}, 2)),
                ElementsAre("music/b"));
}

TEST_F(ACatalog, lists_only_folders_that_are_shared) {
    walk({seen_file("b", 5, 1), seen_folder("z"), seen_file("z/deep", 7, 3)});
    EXPECT_THAT(names_of(catalog_->list_folder("z", {}, 9)), ElementsAre("music/z/deep"))
        << "the only share";
    for (const char* none : {"music/b", "music/none", "b", "musi", "music/"}) {
        EXPECT_EQ(catalog_->list_folder(none, {}, 9).value(), std::nullopt) << none;
    }
    ASSERT_TRUE(catalog_->set_shares({{"music", "/home/ann/music"}, {"films", "/f"}}));
    EXPECT_EQ(catalog_->list_folder("z", {}, 9).value(), std::nullopt) << "whose z?";
}

TEST_F(ACatalog, made_anew_has_another_id) {
    const CatalogState before = catalog_->state();
    catalog_.reset();
    std::filesystem::remove(database());
    reopen();
    EXPECT_NE(catalog_->state().catalog_id, before.catalog_id);
}

TEST_F(ACatalog, tells_changes_in_order_and_in_pages) {
    std::vector<SeenEntry> seen;
    for (std::uint64_t i = 1; i <= 10; ++i)
        seen.push_back(seen_file("f" + std::to_string(i), i, i));
    walk(seen);
    const CatalogDelta first = catalog_->changes_since(0, 4).value();
    EXPECT_EQ(first.changes.size(), 4u);
    EXPECT_TRUE(first.more);
    EXPECT_EQ(first.since, 0u);
    EXPECT_EQ(first.up_to, first.changes.back().version);
    EXPECT_EQ(first.catalog_id, catalog_->state().catalog_id);
    const CatalogDelta rest = catalog_->changes_since(first.up_to, 7).value();
    EXPECT_EQ(rest.changes.size(), 7u);
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(rest.up_to, catalog_->state().version);
    const CatalogDelta none = catalog_->changes_since(rest.up_to, 7).value();
    EXPECT_TRUE(none.changes.empty());
    EXPECT_EQ(none.up_to, rest.up_to);
}

TEST_F(ACatalog, tells_what_was_removed_to_those_who_knew_it) {
    walk({seen_file("x", 5, 1), seen_file("y", 6, 2)});
    Replica replica;
    replica.follow(*catalog_, 100);
    const EntryId x = id_of("music/x");
    walk({seen_file("y", 6, 2)});
    const CatalogDelta delta = catalog_->changes_since(replica.version, 100).value();
    ASSERT_EQ(delta.changes.size(), 2u);
    EXPECT_EQ(delta.changes[0].what, EntryChange::What::removed);
    EXPECT_EQ(delta.changes[0].entry.id, x);
    EXPECT_EQ(delta.changes[1].entry.path, "music");
}

TEST_F(ACatalog, never_gives_an_id_twice) {
    walk({seen_file("x", 5, 1)});
    const EntryId before = id_of("music/x");
    walk({});
    reopen();
    walk({seen_file("y", 7, 2)});
    EXPECT_GT(id_of("music/y"), before);
}

TEST_F(ACatalog, hashes_small_files_first) {
    walk({seen_file("large", 900, 1), seen_file("small", 1, 2), seen_file("middle", 30, 3)});
    EXPECT_THAT(waiting(), ElementsAre("/home/ann/music/small", "/home/ann/music/middle",
                                       "/home/ann/music/large"));
    EXPECT_EQ(catalog_->files_to_hash(2)->size(), 2u);
    EXPECT_EQ(catalog_->hash_job(id_of("music/large")).value()->stamp.size_bytes, 900u);
    hash("music/large", 1);
    EXPECT_FALSE(catalog_->hash_job(id_of("music/large")).value());
}

TEST_F(ACatalog, refuses_the_hash_of_another_state_of_a_file) {
    walk({seen_file("x", 5, 1)});
    platform::FileStamp stamp = seen_file("x", 5, 1).info.stamp;
    stamp.modified_ns += 1;
    EXPECT_EQ(record({id_of("music/x"), stamp, pieces_of(5, 1)}), 0U);
    EXPECT_FALSE(listing().at("music/x").content);
    EXPECT_EQ(record({EntryId{12345}, stamp, pieces_of(5, 1)}), 0U);
    EXPECT_FALSE(record({id_of("music/x"), stamp, pieces_of(6, 1)}));
}

TEST_F(ACatalog, records_what_it_can_of_many_hashes) {
    walk({seen_file("x", 5, 1), seen_file("y", 6, 2), seen_file("z", 7, 3)});
    platform::FileStamp later = seen_file("y", 6, 2).info.stamp;
    later.modified_ns += 1;
    const std::vector<HashResult> results = {
        {id_of("music/x"), seen_file("x", 5, 1).info.stamp, pieces_of(5, 1)},
        {id_of("music/y"), later, pieces_of(6, 2)},
        {id_of("music/z"), seen_file("z", 7, 3).info.stamp, std::nullopt}};
    EXPECT_EQ(catalog_->record_hashes(results), 2U);
    EXPECT_TRUE(listing().at("music/x").content);
    EXPECT_FALSE(listing().at("music/y").content);
    EXPECT_FALSE(listing().contains("music/z"));
    EXPECT_THAT(waiting(), ElementsAre("/home/ann/music/y"));
}

TEST_F(ACatalog, lists_what_is_unhashed_below_a_folder) {
    walk({seen_folder("a"), seen_folder("a/b"), seen_file("a/b/x", 5, 1), seen_file("a/y", 6, 2),
          seen_folder("ab"), seen_file("ab/z", 7, 3)});
    EXPECT_THAT(catalog_->unhashed_below(id_of("music/a")).value(),
                ElementsAre(id_of("music/a/b/x"), id_of("music/a/y")));
    hash("music/a/y", 1);
    EXPECT_THAT(catalog_->unhashed_below(id_of("music/a")).value(),
                ElementsAre(id_of("music/a/b/x")));
    EXPECT_TRUE(catalog_->unhashed_below(id_of("music/a/y"))->empty());
}

TEST_F(ACatalog, drops_pieces_that_nothing_has_any_more) {
    walk({seen_file("x", 5, 1), seen_file("y", 5, 2)});
    const FileId content = hash("music/x", 1);
    hash("music/y", 1);
    EXPECT_EQ(catalog_->piece_list(content).value(), pieces_of(5, 1));
    walk({seen_file("x", 5, 1, kLongAgoNs + 1), seen_file("y", 5, 2)});
    EXPECT_TRUE(catalog_->piece_list(content).value()) << "the other one has it";
    walk({seen_file("x", 5, 1, kLongAgoNs + 1), seen_file("y", 5, 2, kLongAgoNs + 1)});
    EXPECT_FALSE(catalog_->piece_list(content).value());
}

TEST_F(ACatalog, keeps_the_pieces_of_every_boundary_size) {
    const std::vector<std::uint64_t> sizes{
        0, 1, kPieceSizeMin - 1, kPieceSizeMin, kPieceSizeMin + 1, kPieceSizeMin * kPiecesAim + 1};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        walk({seen_file("x", sizes[i], i + 1)});
        const FileId content = hash("music/x", i);
        EXPECT_EQ(catalog_->piece_list(content).value(), pieces_of(sizes[i], i)) << sizes[i];
        EXPECT_EQ(catalog_->find_file(content).value()->disk_path, "/home/ann/music/x");
    }
}

TEST_F(ACatalog, finds_the_copy_that_lies_unchanged_on_the_disk) {
    const std::filesystem::path there = scratch_.path() / "there";
    std::ofstream(there) << "hello";
    ASSERT_TRUE(catalog_->set_shares({{"music", scratch_.path()}}));
    SeenEntry real = seen_file("there", 5, 1);
    real.info = platform::info_of(there).value();
    walk({seen_file("gone", 5, 7), real});
    const FileId content = hash("music/gone", 1);
    hash("music/there", 1);
    EXPECT_EQ(catalog_->find_file(content).value()->disk_path, there);
}

TEST_F(ACatalog, finds_a_finished_download_only_while_it_lies_there_unchanged) {
    const std::filesystem::path path = scratch_.path() / "got \xff it";
    std::ofstream(path) << "hello";
    const PieceList pieces = pieces_of(5, 1);
    const platform::FileStamp stamp = platform::info_of(path)->stamp;
    ASSERT_TRUE(catalog_->add_finished_files({{path, stamp, std::make_shared<PieceList>(pieces)}}));
    reopen();
    const std::optional<SharedFile> found = catalog_->find_file(file_id(pieces)).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->disk_path, path);
    EXPECT_EQ(found->stamp, stamp);
    EXPECT_EQ(catalog_->piece_list(file_id(pieces)).value(), pieces);
    std::ofstream(path) << "hello, you";
    EXPECT_FALSE(catalog_->find_file(file_id(pieces)).value());
}

TEST_F(ACatalog, finds_a_finished_download_where_it_was_moved_to) {
    const std::filesystem::path from = scratch_.path() / "from";
    const std::filesystem::path to = scratch_.path() / "to";
    std::ofstream(from) << "hello";
    const PieceList pieces = pieces_of(5, 1);
    ASSERT_TRUE(catalog_->add_finished_files(
        {{from, platform::info_of(from)->stamp, std::make_shared<PieceList>(pieces)}}));
    std::filesystem::rename(from, to);
    ASSERT_TRUE(catalog_->move_finished_file(from, to, platform::info_of(to)->stamp));
    const std::optional<SharedFile> found = catalog_->find_file(file_id(pieces)).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->disk_path, to);
    EXPECT_EQ(catalog_->piece_list(file_id(pieces)).value(), pieces);
    EXPECT_TRUE(catalog_->move_finished_file("/nobody/knows/it", to, {}));
    EXPECT_TRUE(catalog_->find_file(file_id(pieces)).value());
}

TEST_F(ACatalog, forgets_the_pieces_of_a_finished_download_that_was_replaced) {
    const platform::FileStamp stamp{5, 1, 1, 1, 1};
    for (const int content : {1, 2}) {
        const auto pieces = std::make_shared<PieceList>(pieces_of(5, content));
        ASSERT_TRUE(catalog_->add_finished_files({{"/home/ann/x", stamp, pieces}}));
    }
    EXPECT_FALSE(catalog_->piece_list(file_id(pieces_of(5, 1))).value());
    EXPECT_TRUE(catalog_->piece_list(file_id(pieces_of(5, 2))).value());
}

TEST_F(ACatalog, keeps_downloads_until_they_are_removed) {
    const StoredDownload one{7, std::string("rec\0rd", 6), ".iwant-parts/ab", {1, 2, 3}, {9}};
    StoredDownload two{3, "other", "", {}, {}};
    ASSERT_TRUE(catalog_->save_download(one));
    ASSERT_TRUE(catalog_->save_download(two));
    ASSERT_TRUE(catalog_->save_present(3, {0xff}));
    two.present = {0xff};
    reopen();
    const std::vector<StoredDownload> stored = catalog_->downloads().value();
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[0].record, two.record);
    EXPECT_EQ(stored[0].present, two.present);
    EXPECT_EQ(stored[1].record, one.record);
    EXPECT_EQ(stored[1].part_folder, one.part_folder);
    EXPECT_EQ(stored[1].present, one.present);
    EXPECT_EQ(stored[1].part_key, one.part_key);
    ASSERT_TRUE(catalog_->remove_download(7));
    EXPECT_EQ(catalog_->downloads()->size(), 1u);
}

TEST_F(ACatalog, lists_the_peers_seen_last_first) {
    const PeerId ann{hash_bytes({})};
    ASSERT_TRUE(catalog_->save_peer({ann, "ann", "10.0.0.1", 4926, 100}));
    ASSERT_TRUE(catalog_->save_peer({PeerId{}, "bob", "fe80::1%eth0", 65535, 200}));
    ASSERT_TRUE(catalog_->save_peer({ann, "anna", "10.0.0.2", 4927, 300}));
    const std::vector<StoredPeer> peers = catalog_->peers(10).value();
    ASSERT_EQ(peers.size(), 2u);
    EXPECT_EQ(peers[0].peer, ann);
    EXPECT_EQ(peers[0].name, "anna");
    EXPECT_EQ(peers[0].host, "10.0.0.2");
    EXPECT_EQ(peers[0].port, 4927);
    EXPECT_EQ(peers[0].last_seen, 300);
    EXPECT_EQ(peers[1].port, 65535);
    EXPECT_EQ(catalog_->peers(1)->size(), 1u);
}

TEST_F(ACatalog, keeps_notes) {
    EXPECT_FALSE(catalog_->get_note("group").value());
    ASSERT_TRUE(catalog_->set_note("group", std::string("a\0b", 3)));
    ASSERT_TRUE(catalog_->set_note("empty", ""));
    reopen();
    EXPECT_EQ(catalog_->get_note("group").value(), std::string("a\0b", 3));
    EXPECT_EQ(catalog_->get_note("empty").value(), "");
}

TEST_F(ACatalog, is_read_by_others_while_it_is_written) {
    const std::unique_ptr<CatalogReader> reader = CatalogReader::open(database()).value();
    walk({seen_file("x", 5, 1)});
    const FileId content = hash("music/x", 1);
    EXPECT_EQ(reader->find_file(content).value()->disk_path, "/home/ann/music/x");
    EXPECT_EQ(reader->piece_list(content).value(), pieces_of(5, 1));
    EXPECT_TRUE(reader->tree_listing(TreeId{*listing().at("music").content}).value());
    EXPECT_EQ(reader->changes_since(0, 10).value(), catalog_->changes_since(0, 10).value());
    EXPECT_FALSE(CatalogReader::open(scratch_.path() / "none.db"));
}

TEST_F(ACatalog, lets_readers_see_only_whole_transactions) {
    constexpr std::uint64_t kRounds = 60;
    std::string wrong;
    std::thread other([&] {
        const std::unique_ptr<CatalogReader> reader = CatalogReader::open(database()).value();
        std::size_t files = 0;
        while (files != kRounds && wrong.empty()) {
            const CatalogDelta delta = reader->changes_since(0, 1000).value();
            std::uint64_t bytes = 0;
            std::uint64_t told = 0;
            files = 0;
            for (const EntryChange& change : delta.changes) {
                if (change.entry.path == "music") told = change.entry.size_bytes;
                if (change.entry.kind != EntryKind::file) continue;
                bytes += change.entry.size_bytes;
                ++files;
            }
            if (bytes != told) wrong = std::to_string(bytes) + " told as " + std::to_string(told);
        }
    });
    std::vector<SeenEntry> seen;
    for (std::uint64_t i = 1; i <= kRounds; ++i) {
        seen.push_back(seen_file("f" + std::to_string(i), i, i));
        walk(seen);
    }
    other.join();
    EXPECT_EQ(wrong, "");
}

TEST_F(ACatalog, takes_a_new_id_when_it_drops_its_tombstones) {
    const std::uint64_t id = catalog_->state().catalog_id;
    const auto add_tombstones = [&](std::uint64_t first, std::uint64_t count) {
        catalog_.reset();
        SQLite::Database plain(database().string(), SQLite::OPEN_READWRITE);
        plain.exec("WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
                   " UNION ALL SELECT i + 1 FROM n LIMIT " + std::to_string(count) +
                   ") INSERT INTO removed SELECT i, 0 FROM n");
        reopen();
    };
    add_tombstones(1000, ChangeLog::kTombstonesKept);
    EXPECT_EQ(catalog_->state().catalog_id, id);
    add_tombstones(1'000'000, 1);
    EXPECT_NE(catalog_->state().catalog_id, id);
    EXPECT_EQ(catalog_->changes_since(0, 10)->changes.size(), 1u);
}

}  // namespace
}  // namespace iwant::catalog
