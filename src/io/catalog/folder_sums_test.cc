#include <gmock/gmock.h>

#include "io/catalog/catalog_fixture.h"

namespace iwant::catalog {
namespace {

using AFolder = CatalogFixture;

TreeEntry file_line(const std::string& name, std::uint64_t size_bytes, const FileId& content) {
    return {name, EntryKind::file, false, size_bytes, content.hash};
}

TEST_F(AFolder, has_the_size_of_all_below_and_the_date_of_the_newest) {
    walk({seen_folder("a"), seen_folder("a/b"), seen_file("a/b/x", 5, 1),
          seen_file("a/y", 6, 2, kLongAgoNs + 9'000'000'000), seen_folder("empty")});
    const std::map<std::string, Entry> entries = listing();
    EXPECT_EQ(entries.at("music").size_bytes, 11u);
    EXPECT_EQ(entries.at("music/a").size_bytes, 11u);
    EXPECT_EQ(entries.at("music/a/b").size_bytes, 5u);
    EXPECT_EQ(entries.at("music").modified, 1'600'000'009);
    EXPECT_EQ(entries.at("music/a/b").modified, 1'600'000'000);
    EXPECT_EQ(entries.at("music/empty").modified, 1'600'000'000);
    EXPECT_EQ(catalog_->totals().folders, 4u);
    EXPECT_EQ(catalog_->totals().files, 2u);
    EXPECT_EQ(catalog_->totals().unhashed, 2u);

    walk({seen_folder("a"), seen_folder("a/b"), seen_file("a/b/x", 5, 1), seen_folder("empty")});
    EXPECT_EQ(listing().at("music").modified, 1'600'000'000) << "the newest went";
    EXPECT_EQ(listing().at("music/a").size_bytes, 5u);
}

TEST_F(AFolder, gets_its_tree_id_once_all_below_is_hashed) {
    walk({seen_folder("a"), seen_folder("a/empty"), seen_file("a/x", 5, 1), seen_file("y", 6, 2)});
    EXPECT_TRUE(listing().at("music/a/empty").content) << "nothing in it waits";
    const FileId x = hash("music/a/x", 1);
    const TreeListing a{{{"empty", EntryKind::folder, false, 0, tree_id(TreeListing{}).hash},
                         file_line("x", 5, x)}};
    EXPECT_EQ(listing().at("music/a").content, tree_id(a).hash);
    EXPECT_FALSE(listing().at("music").content);
    const FileId y = hash("music/y", 2);
    const TreeListing root{
        {{"a", EntryKind::folder, false, 5, tree_id(a).hash}, file_line("y", 6, y)}};
    EXPECT_EQ(listing().at("music").content, tree_id(root).hash);
    EXPECT_EQ(catalog_->tree_listing(tree_id(root)).value(), root);
    EXPECT_EQ(catalog_->tree_listing(tree_id(a)).value(), a);
    EXPECT_EQ(catalog_->totals().unhashed, 0u);
}

TEST_F(AFolder, loses_its_tree_id_while_a_file_below_is_unknown) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1)});
    hash("music/a/x", 1);
    const std::optional<Hash256> before = listing().at("music").content;
    ASSERT_TRUE(before);
    walk({seen_folder("a"), seen_file("a/x", 5, 1, kLongAgoNs + 1)});
    EXPECT_FALSE(listing().at("music/a").content);
    EXPECT_FALSE(listing().at("music").content);
    EXPECT_FALSE(catalog_->tree_listing(TreeId{*before}).value());
    hash("music/a/x", 1);
    EXPECT_EQ(listing().at("music").content, before) << "the same content again";
}

TEST_F(AFolder, with_the_same_content_as_another_has_the_same_tree_id) {
    walk({seen_folder("a"), seen_file("a/x", 5, 1), seen_folder("b"), seen_file("b/x", 5, 2)});
    hash("music/a/x", 1);
    hash("music/b/x", 1);
    EXPECT_EQ(listing().at("music/a").content, listing().at("music/b").content);
    walk({seen_folder("a"), seen_file("a/x", 5, 1), seen_folder("b"), seen_file("b/y", 5, 2)});
    ASSERT_TRUE(listing().at("music/b").content);
    EXPECT_NE(listing().at("music/a").content, listing().at("music/b").content);
}

TEST_F(AFolder, tells_by_its_tree_id_which_files_are_executable) {
    SeenEntry program = seen_file("x", 5, 1);
    walk({program});
    const FileId content = hash("music/x", 1);
    program.info.executable = true;
    walk({program});
    TreeListing listed{{file_line("x", 5, content)}};
    listed.entries[0].executable = true;
    EXPECT_EQ(listing().at("music").content, tree_id(listed).hash);
}

TEST_F(AFolder, gets_no_tree_id_before_the_walk_through_it_is_over) {
    ASSERT_TRUE(
        catalog_->merge_walk("music", "", 7, {seen_folder("a"), seen_file("a/x", 5, 1)}, false));
    EXPECT_FALSE(listing().at("music/a").content);
    hash("music/a/x", 1);
    EXPECT_FALSE(listing().at("music/a").content) << "there may be more in it";
    ASSERT_TRUE(catalog_->merge_walk("music", "", 7, {}, true));
    EXPECT_TRUE(listing().at("music/a").content);
    EXPECT_TRUE(listing().at("music").content);
}

TEST_F(AFolder, gets_its_tree_id_though_a_walk_of_a_part_was_broken_off) {
    ASSERT_TRUE(catalog_->merge_walk("music", "a", 7, {seen_folder("a")}, false));
    ASSERT_TRUE(catalog_->merge_walk("music", "", 8, {seen_folder("a")}, true));
    EXPECT_TRUE(listing().at("music/a").content);
}

TEST_F(AFolder, whose_walk_was_cut_off_by_a_restart_gets_its_tree_id_with_the_next_walk) {
    ASSERT_TRUE(catalog_->merge_walk("music", "", 7, {seen_folder("a")}, false));
    reopen();
    walk({seen_folder("a")});
    EXPECT_TRUE(listing().at("music/a").content);
    EXPECT_TRUE(listing().at("music").content);
}

TEST_F(AFolder, leaves_out_files_that_cannot_be_read) {
    walk({seen_file("x", 5, 1), seen_file("secret", 6, 2)});
    const FileId x = hash("music/x", 1);
    const EntryId secret = id_of("music/secret");
    Replica replica;
    replica.follow(*catalog_, 10);
    ASSERT_EQ(record({secret, seen_file("secret", 6, 2).info.stamp, std::nullopt}), 1U);
    EXPECT_FALSE(listing().contains("music/secret"));
    EXPECT_FALSE(catalog_->entry(secret).value());
    EXPECT_EQ(listing().at("music").size_bytes, 5u);
    EXPECT_EQ(listing().at("music").content, tree_id(TreeListing{{file_line("x", 5, x)}}).hash);
    EXPECT_EQ(catalog_->totals().files, 1u);
    EXPECT_EQ(catalog_->totals().unhashed, 0u);
    EXPECT_TRUE(waiting().empty());
    walk({seen_file("x", 5, 1), seen_file("secret", 6, 2)});
    EXPECT_TRUE(waiting().empty()) << "it is not tried again";

    SeenEntry readable = seen_file("secret", 6, 2);
    readable.info.stamp.changed_ns += 1;  // chmod
    walk({seen_file("x", 5, 1), readable});
    EXPECT_EQ(waiting().size(), 1u);
    EXPECT_EQ(id_of("music/secret"), secret);
    replica.follow(*catalog_, 1);
    EXPECT_TRUE(replica.entries.contains(secret.value));
}

}  // namespace
}  // namespace iwant::catalog
