#include "core/swarm/plan_trees.h"

#include <gtest/gtest.h>

#include "core/swarm/plan_builder.h"
#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

TEST(PlanTrees, AFoldersListingsAreMadeAgainFromItsPlan) {
    test::Library library(1);
    const TreeId root = library.tree(
        {library.file_entry("z", 3 * test::kMiB + 1), library.file_entry("a-b", 0),
         library.folder_entry("a", {library.folder_entry("b", {library.file_entry("c", 5)}),
                                    library.folder_entry("b c", {library.file_entry("d", 7)})}),
         library.folder_entry("hollow", {})});
    PlanBuilder builder(root, "root");
    while (const auto tree = builder.take_wanted()) {
        const auto& entries = library.trees.at(*tree).entries;
        ASSERT_TRUE(builder.add(*tree, {0, static_cast<std::uint32_t>(entries.size()), entries}));
    }
    const auto plan = builder.build();
    ASSERT_TRUE(plan);
    const std::map<TreeId, TreeListing> made = listings_of(**plan);
    EXPECT_TRUE(made.contains(root));
    EXPECT_EQ(made.size(), 5u);
    for (const auto& [tree, listing] : made) EXPECT_EQ(listing, library.trees.at(tree));
}

TEST(PlanTrees, AFileHasNone) {
    const auto plan = plan_of_file("x", file_id(PieceList{}), 0);
    ASSERT_TRUE(plan);
    EXPECT_TRUE(listings_of(**plan).empty());
}

}  // namespace
}  // namespace iwant::swarm
