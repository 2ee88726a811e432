#include "io/catalog/finished_trees.h"

#include "io/catalog/catalog_fixture.h"
#include "io/catalog/database.h"

namespace iwant::catalog {
namespace {

using Trees = std::map<TreeId, TreeListing>;

Trees::value_type tree(const std::string& name, std::size_t files) {
    TreeListing listing;
    listing.entries.push_back({name + " sub", EntryKind::folder, false, 1ull << 50, {{1}}});
    for (std::size_t i = 0; i < files; ++i) {
        const std::string number = std::to_string(i);
        listing.entries.push_back({name + number, EntryKind::file, i % 2 == 1, i, {{2}}});
    }
    sort_listing(listing);
    return {tree_id(listing), listing};
}

class AFinishedTree : public CatalogFixture {
  protected:
    Database& open() {
        catalog_.reset();
        return database_.emplace(database(), Database::Access::read_write);
    }
    std::optional<Database> database_;
};

TEST_F(AFinishedTree, is_found_by_its_id_also_after_a_restart) {
    const auto big = tree("Größe ", 3000);
    const auto empty = Trees::value_type{tree_id({}), {}};
    ASSERT_TRUE(catalog_->add_finished_trees({big, empty}));
    reopen();
    EXPECT_EQ(catalog_->finished_tree(big.first).value(), big.second);
    EXPECT_EQ(catalog_->finished_tree(empty.first).value(), TreeListing{});
    EXPECT_FALSE(catalog_->finished_tree(tree("other", 1).first).value());
    EXPECT_FALSE(catalog_->tree_listing(big.first).value()) << "it is not shared";
}

TEST_F(AFinishedTree, gives_way_to_newer_ones_when_they_take_too_much) {
    FinishedTrees trees(open());
    const auto bytes_of = [&] {
        return database_->number("SELECT coalesce(sum(length(listing)), 0) FROM finished_trees");
    };
    trees.add({tree("a", 100)});
    const auto each = static_cast<std::uint64_t>(bytes_of());
    trees.add({tree("b", 100)}, 2 * each);
    trees.add({tree("a", 100)}, 2 * each);  // once more: now the newest
    trees.add({tree("c", 100)}, 2 * each);
    EXPECT_TRUE(trees.find(tree("a", 100).first));
    EXPECT_FALSE(trees.find(tree("b", 100).first));
    EXPECT_TRUE(trees.find(tree("c", 100).first));
    trees.add({tree("d", 1000)}, 2 * each);
    EXPECT_EQ(bytes_of(), 0) << "what is too much alone is not kept, nor anything older";
}

TEST_F(AFinishedTree, is_nothing_when_it_was_damaged) {
    FinishedTrees trees(open());
    const auto good = tree("a", 20);
    trees.add({good});
    for (const char* damage :
         {"listing = substr(listing, 1, length(listing) - 1)", "listing = x'00ff'",
          "listing = zeroblob(500)", "listing = x'00ffff' || zeroblob(60)"}) {
        database_->run((std::string("UPDATE finished_trees SET ") + damage).c_str());
        EXPECT_FALSE(trees.find(good.first)) << damage;
    }
}

}  // namespace
}  // namespace iwant::catalog
