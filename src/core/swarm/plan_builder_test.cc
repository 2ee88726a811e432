#include "core/swarm/plan_builder.h"

#include <gtest/gtest.h>

#include "core/swarm/test_world.h"

namespace iwant::swarm {
namespace {

using test::kMiB;
using test::Library;

/// Answers every question truly, in parts of `part_max` entries.
Result<SharedPlan> build(const Library& library, TreeId root, std::size_t part_max = 100) {
    PlanBuilder builder(root, "root");
    while (const auto tree = builder.take_wanted()) {
        const auto& entries = library.trees.at(*tree).entries;
        std::optional<std::uint32_t> first = 0;
        while (first) {
            TreePart part{*first, static_cast<std::uint32_t>(entries.size()), {}};
            const std::size_t end = std::min(entries.size(), *first + part_max);
            part.entries.assign(entries.begin() + *first,
                                entries.begin() + static_cast<std::ptrdiff_t>(end));
            auto next = builder.add(*tree, std::move(part));
            if (!next) return std::unexpected(next.error());
            first = *next;
        }
    }
    return builder.build();
}

TEST(PlanBuilder, AFolderBecomesFilesInOrderAndFoldersParentsFirst) {
    Library library(1);
    const TreeId root = library.tree(
        {library.file_entry("z", 3 * kMiB + 1), library.file_entry("empty", 0),
         library.folder_entry("a", {library.folder_entry("b", {library.file_entry("c", 5)})}),
         library.folder_entry("hollow", {})});
    for (const std::size_t part_max : {1, 2, 100}) {
        const auto built = build(library, root, part_max);
        ASSERT_TRUE(built);
        const Plan& plan = **built;
        EXPECT_EQ(plan.kind, EntryKind::folder);
        EXPECT_EQ(plan.content, root.hash);
        EXPECT_EQ(plan.root_name, "root");
        ASSERT_EQ(plan.files.size(), 3u);
        EXPECT_EQ(plan.files[0].path, "a/b/c");
        EXPECT_EQ(plan.files[1].path, "empty");
        EXPECT_EQ(plan.files[2].path, "z");
        EXPECT_EQ(plan.files[2].first_piece, 1u);
        EXPECT_EQ(plan.folders, (std::vector<std::string>{"a", "a/b", "hollow"}));
        EXPECT_EQ(plan.size_bytes, 3 * kMiB + 6);
        EXPECT_EQ(plan.pieces, 5u);
    }
}

TEST(PlanBuilder, AListingIsAskedForOnceHoweverOftenItOccurs) {
    Library library(1);
    const auto twin = [&](const char* name) {
        return library.folder_entry(name, {{"f", EntryKind::file, true, 0, file_id({}).hash}});
    };
    const TreeId root = library.tree({twin("a"), twin("b")});
    PlanBuilder builder(root, "root");
    ASSERT_EQ(builder.take_wanted(), root);
    ASSERT_TRUE(builder.add(root, {0, 2, library.trees.at(root).entries}));
    EXPECT_TRUE(builder.take_wanted());
    EXPECT_FALSE(builder.take_wanted());
    const auto plan = build(library, root);
    ASSERT_TRUE(plan);
    EXPECT_EQ((*plan)->files.size(), 2u);
    EXPECT_TRUE((*plan)->files[0].executable);
}

TEST(PlanBuilder, AWrongListingIsThePeersFaultAndIsAskedForAgain) {
    Library library(1);
    const TreeId root = library.tree({library.file_entry("f", 5)});
    PlanBuilder builder(root, "root");
    builder.take_wanted();
    auto wrong = library.trees.at(root).entries;
    wrong[0].size_bytes = 6;
    const auto added = builder.add(root, {0, 1, wrong});
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::corrupt);
    builder.give_back(root);
    EXPECT_FALSE(builder.complete());
    ASSERT_EQ(builder.take_wanted(), root);
    ASSERT_TRUE(builder.add(root, {0, 1, library.trees.at(root).entries}));
    EXPECT_TRUE(builder.complete());
}

TEST(PlanBuilder, PartsThatDoNotFitAreThePeersFault) {
    Library library(1);
    const TreeId root = library.tree({library.file_entry("f", 5), library.file_entry("g", 5)});
    const auto& entries = library.trees.at(root).entries;
    const std::vector<TreePart> wrong{{1, 2, {entries[1]}},
                                      {0, 1, entries},
                                      {0, 2, {}},
                                      {0, 0xffffffff, {entries[0]}},
                                      {0, 0, {}}};
    for (const TreePart& part : wrong) {
        PlanBuilder builder(root, "root");
        builder.take_wanted();
        const auto added = builder.add(root, part);
        ASSERT_FALSE(added);
        EXPECT_TRUE(added.error().code == ErrorCode::protocol ||
                    added.error().code == ErrorCode::corrupt);
    }
}

ErrorCode refusal(const Library& library, TreeId root) {
    const auto built = build(library, root);
    EXPECT_FALSE(built);
    return built ? ErrorCode::io : built.error().code;
}

TEST(PlanBuilder, UnsafeNamesRefuseTheWholeFolder) {
    for (const char* name : {"..", "a/b", "", ".", "a\\b"}) {
        Library library(1);
        const TreeId root =
            library.tree({library.folder_entry("sub", {library.file_entry(name, 5)})});
        EXPECT_EQ(refusal(library, root), ErrorCode::unsafe_name) << name;
    }
}

TEST(PlanBuilder, AnUnsafeRootNameIsRefused) {
    EXPECT_FALSE(plan_of_file("../x", FileId{}, 5));
    Library library(1);
    const TreeId root = library.tree({});
    PlanBuilder builder(root, "..");
    builder.take_wanted();
    ASSERT_TRUE(builder.add(root, {0, 0, {}}));
    EXPECT_FALSE(builder.build());
}

TEST(PlanBuilder, SixtyFourLevelsAreEnough) {
    for (const int levels : {62, 63, 64, 65}) {
        Library library(1);
        TreeId tree = library.tree({library.file_entry("deep", 1)});
        for (int i = 0; i < levels; ++i) {
            tree = library.tree({{"d", EntryKind::folder, false, 1, tree.hash}});
        }
        EXPECT_EQ(build(library, tree).has_value(), levels < 64) << levels;
    }
}

TEST(PlanBuilder, ASmallDescriptionOfAHugeFolderIsRefused) {
    // Every level holds the level below twice: 2^40 files in 40 listings.
    Library library(1);
    TreeId tree = library.tree({library.file_entry("f", 1)});
    for (int i = 0; i < 40; ++i) {
        tree = library.tree({{"a", EntryKind::folder, false, 1, tree.hash},
                             {"b", EntryKind::folder, false, 1, tree.hash}});
    }
    EXPECT_EQ(refusal(library, tree), ErrorCode::limit);
}

TEST(PlanBuilder, SizesThatOverflowAreRefused) {
    Library library(1);
    const Hash256 some = library.file(1).hash;
    const auto huge = [&](const char* name, std::uint64_t size) {
        return TreeEntry{name, EntryKind::file, false, size, some};
    };
    const std::uint64_t all = ~std::uint64_t{0};
    EXPECT_FALSE(build(library, library.tree({huge("a", all), huge("b", all)})));
    EXPECT_FALSE(build(library, library.tree({huge("a", kFileSizeMax)})));
    EXPECT_FALSE(plan_of_file("x", FileId{some}, all));
}

TEST(PlanBuilder, AnEmptyFileMustHaveTheContentOfOne) {
    Library library(1);
    const Hash256 some = library.file(1).hash;
    EXPECT_FALSE(build(library, library.tree({{"a", EntryKind::file, false, 0, some}})));
    EXPECT_TRUE(plan_of_file("x", file_id({}), 0));
}

}  // namespace
}  // namespace iwant::swarm
