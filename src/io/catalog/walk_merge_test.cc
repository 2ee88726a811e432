#include <algorithm>

#include <gmock/gmock.h>

#include "io/catalog/catalog_fixture.h"
#include "io/platform/process.h"

namespace iwant::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using AWalk = CatalogFixture;

TEST_F(AWalk, announces_names_sizes_and_dates_before_anything_is_hashed) {
    walk({seen_folder("abba"), seen_file("abba/waterloo.mp3", 3'000'000, 11)});
    const std::map<std::string, Entry> entries = listing();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries.at("music").kind, EntryKind::folder);
    EXPECT_EQ(entries.at("music/abba").kind, EntryKind::folder);
    const Entry& file = entries.at("music/abba/waterloo.mp3");
    EXPECT_EQ(file.kind, EntryKind::file);
    EXPECT_EQ(file.size_bytes, 3'000'000u);
    EXPECT_EQ(file.modified, 1'600'000'000);
    EXPECT_FALSE(file.content);
    EXPECT_EQ(entries.at("music").size_bytes, 3'000'000u);
    EXPECT_THAT(waiting(), ElementsAre("/home/ann/music/abba/waterloo.mp3"));
}

TEST_F(AWalk, that_sees_nothing_new_changes_nothing) {
    const std::vector<SeenEntry> seen{seen_folder("a"), seen_file("a/x", 5, 1),
                                      seen_file("y", 6, 2)};
    walk(seen);
    hash("music/a/x", 1);
    const CatalogState before = catalog_->state();
    walk(seen);
    EXPECT_EQ(catalog_->state(), before);
    reopen();
    EXPECT_EQ(catalog_->state(), before);
    walk(seen);
    EXPECT_EQ(catalog_->state(), before);
}

TEST_F(AWalk, removes_what_it_did_not_see_once_it_is_complete) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1), seen_file("y", 6, 2)});
    ASSERT_TRUE(catalog_->merge_walk("music", "", 50, {seen_folder("a")}, false));
    EXPECT_EQ(listing().size(), 4u);
    ASSERT_TRUE(catalog_->merge_walk("music", "", 50, {seen_file("y", 6, 2)}, true));
    const std::map<std::string, Entry> entries = listing();
    EXPECT_EQ(entries.size(), 3u);
    EXPECT_FALSE(entries.contains("music/a/x"));
    EXPECT_EQ(catalog_->totals().files, 1u);
    EXPECT_EQ(catalog_->totals().folders, 2u);
    EXPECT_EQ(catalog_->totals().bytes, 6u);
}

TEST_F(AWalk, of_a_part_leaves_the_rest_alone) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1), seen_folder("a-b"), seen_file("a-b/y", 6, 2)});
    walk_below("a", {seen_folder("a"), seen_file("a/z", 7, 3)});
    const std::map<std::string, Entry> entries = listing();
    EXPECT_TRUE(entries.contains("music/a-b/y"));
    EXPECT_TRUE(entries.contains("music/a/z"));
    EXPECT_FALSE(entries.contains("music/a/x"));
}

TEST_F(AWalk, that_finds_nothing_at_its_place_removes_the_place) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1), seen_file("y", 6, 2)});
    walk_below("y", {});
    EXPECT_FALSE(listing().contains("music/y"));
    walk_below("a", {});
    EXPECT_EQ(listing().size(), 1u);
    walk_below("never/was", {});
    EXPECT_EQ(listing().size(), 1u);
}

TEST_F(AWalk, keeps_an_empty_folder_that_it_saw) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1)});
    walk_below("a", {seen_folder("a")});
    EXPECT_TRUE(listing().contains("music/a"));
    EXPECT_FALSE(listing().contains("music/a/x"));
}

TEST_F(AWalk, makes_the_folders_that_it_was_not_told_of) {
    walk_below("a/b/x", {seen_file("a/b/x", 5, 1)});
    const std::map<std::string, Entry> entries = listing();
    EXPECT_EQ(entries.at("music/a").kind, EntryKind::folder);
    EXPECT_EQ(entries.at("music/a/b").size_bytes, 5u);
}

TEST_F(AWalk, sees_a_file_become_a_folder_and_back) {
    walk({seen_file("a", 5, 1)});
    const EntryId file = id_of("music/a");
    walk({seen_folder("a"), seen_file("a/x", 6, 2)});
    EXPECT_EQ(listing().at("music/a").kind, EntryKind::folder);
    EXPECT_NE(id_of("music/a"), file);
    walk({seen_file("a", 5, 1)});
    EXPECT_EQ(listing().at("music/a").kind, EntryKind::file);
    EXPECT_EQ(listing().size(), 2u);
    EXPECT_EQ(catalog_->totals().bytes, 5u);
}

TEST_F(AWalk, keeps_ids_and_content_of_unchanged_files_over_a_restart_and_another_device_number) {
    walk({seen_file("x", 5, 1)});
    const FileId content = hash("music/x", 1);
    const EntryId id = id_of("music/x");
    reopen();
    SeenEntry seen = seen_file("x", 5, 1);
    seen.info.stamp.device = 99;
    seen.info.stamp.changed_ns += 7;
    const CatalogState before = catalog_->state();
    walk({seen});
    EXPECT_EQ(listing().at("music/x").content, content.hash);
    EXPECT_EQ(id_of("music/x"), id);
    EXPECT_EQ(catalog_->state(), before);
    EXPECT_EQ(catalog_->find_file(content).value()->stamp, seen.info.stamp);
}

TEST_F(AWalk, wants_a_file_hashed_again_when_its_size_date_or_inode_changed) {
    const std::vector<SeenEntry> states{seen_file("x", 5, 1), seen_file("x", 6, 1),
                                        seen_file("x", 6, 1, kLongAgoNs + 1),
                                        seen_file("x", 6, 2, kLongAgoNs + 1)};
    std::optional<EntryId> id;
    for (const SeenEntry& state : states) {
        walk({state});
        EXPECT_EQ(waiting().size(), 1u) << state.info.stamp.modified_ns;
        EXPECT_FALSE(listing().at("music/x").content);
        EXPECT_EQ(id.value_or(id_of("music/x")), id_of("music/x")) << "ids are stable";
        id = id_of("music/x");
        hash("music/x", 1);
    }
}

TEST_F(AWalk, trusts_a_file_hashed_right_after_its_last_change_only_while_its_inode_is_unchanged) {
    SeenEntry seen = seen_file("x", 5, 1, platform::unix_now() * 1'000'000'000);
    walk({seen});
    hash("music/x", 1);
    walk({seen});
    EXPECT_THAT(waiting(), IsEmpty());
    seen.info.stamp.changed_ns += 1;
    walk({seen});
    EXPECT_EQ(waiting().size(), 1u);
}

TEST_F(AWalk, knows_a_renamed_file_by_its_inode_size_and_date) {
    walk({seen_file("old", 5, 1)});
    const FileId content = hash("music/old", 1);
    SeenEntry renamed = seen_file("new", 5, 1);
    renamed.info.stamp.changed_ns += 1000;
    walk({renamed});
    EXPECT_EQ(listing().at("music/new").content, content.hash);
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_TRUE(catalog_->piece_list(content).value());
}

TEST_F(AWalk, knows_a_moved_file_that_had_vanished_before_over_a_restart_too) {
    walk({seen_file("old", 5, 1)});
    const FileId content = hash("music/old", 1);
    walk({});
    EXPECT_FALSE(catalog_->find_file(content).value());
    reopen();
    walk({seen_folder("sub"), seen_file("sub/new", 5, 1)});
    EXPECT_EQ(listing().at("music/sub/new").content, content.hash);
}

TEST_F(AWalk, knows_a_renamed_file_whose_place_another_one_took) {
    walk({seen_file("a", 5, 1)});
    const FileId content = hash("music/a", 1);
    walk({seen_file("a", 9, 2), seen_file("b", 5, 1)});
    EXPECT_EQ(listing().at("music/b").content, content.hash);
    EXPECT_THAT(waiting(), ElementsAre("/home/ann/music/a"));
}

TEST_F(AWalk, takes_another_file_with_a_reused_inode_for_another_one) {
    walk({seen_file("old", 5, 1)});
    hash("music/old", 1);
    walk({seen_file("new", 5, 1, kLongAgoNs + 1)});
    EXPECT_EQ(waiting().size(), 1u);
    SeenEntry elsewhere = seen_file("new", 5, 1);
    elsewhere.info.stamp.device = 6;
    walk({elsewhere});
    EXPECT_EQ(waiting().size(), 1u);
}

TEST_F(AWalk, that_lost_a_batch_removes_nothing) {
    walk({seen_file("x", 5, 1), seen_file("y", 6, 2)});
    const std::uint64_t lost = ++walk_;
    ASSERT_TRUE(catalog_->merge_walk("music", "", lost, {seen_file("x", 5, 1)}, false));
    // So many others begin that the first one is forgotten.
    for (int i = 0; i < 40; ++i) {
        ASSERT_TRUE(catalog_->merge_walk("music", "p" + std::to_string(i), ++walk_, {}, false));
    }
    ASSERT_TRUE(catalog_->merge_walk("music", "", lost, {seen_file("x", 5, 1)}, true));
    EXPECT_TRUE(listing().contains("music/y"));
    walk({seen_file("x", 5, 1)});
    EXPECT_FALSE(listing().contains("music/y"));
}

TEST_F(AWalk, of_a_share_that_is_gone_is_dropped) {
    ASSERT_TRUE(catalog_->set_shares({}));
    walk({seen_file("x", 5, 1)});
    EXPECT_TRUE(listing().empty());
    EXPECT_EQ(catalog_->totals().files, 0u);
}

TEST_F(AWalk, remembers_how_the_system_spells_a_name) {
    SeenEntry seen = seen_file("caf\u00e9", 5, 1);
    seen.disk_path = "cafe\u0301\xff";
    walk({seen});
    EXPECT_THAT(waiting(), ElementsAre("/home/ann/music/cafe\u0301\xff"));
}

TEST_F(AWalk, skips_what_is_neither_file_nor_folder) {
    SeenEntry pipe = seen_file("pipe", 0, 1);
    pipe.info.kind = platform::FileKind::other;
    SeenEntry link = seen_file("link", 0, 2);
    link.info.kind = platform::FileKind::symlink;
    walk({pipe, link});
    EXPECT_EQ(listing().size(), 1u);
}

TEST_F(AWalk, of_a_share_that_comes_back_finds_its_contents_known) {
    walk({seen_file("x", 5, 1)});
    const FileId content = hash("music/x", 1);
    ASSERT_TRUE(catalog_->set_shares({{"films", "/home/ann/films"}}));
    EXPECT_EQ(listing().size(), 1u);
    ASSERT_TRUE(catalog_->set_shares({{"music", "/home/ann/music"}}));
    walk({seen_file("x", 5, 1)});
    EXPECT_EQ(listing().at("music/x").content, content.hash);
}

}  // namespace
}  // namespace iwant::catalog
