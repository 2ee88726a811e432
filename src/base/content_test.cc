#include "base/content.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace iwant {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

Hash256 hash_of(std::uint8_t byte) {
    return hash_bytes(std::span(&byte, 1));
}

TreeEntry file_entry(std::string name, std::uint8_t content) {
    return {std::move(name), EntryKind::file, false, 1, hash_of(content)};
}

TEST(Content, APieceIsOneMebibyteUntilThereAreTooMany) {
    EXPECT_EQ(piece_size_for(0), kMiB);
    EXPECT_EQ(piece_size_for(16384 * kMiB), kMiB);
    EXPECT_EQ(piece_size_for(16384 * kMiB + 1), 2 * kMiB);
    EXPECT_EQ(piece_size_for(16384 * 16 * kMiB), 16 * kMiB);
    EXPECT_EQ(piece_size_for(16384 * 16 * kMiB + 1), 16 * kMiB);
    EXPECT_EQ(piece_size_for(kFileSizeMax), 16 * kMiB);
}

TEST(Content, PiecesCoverTheFileExactly) {
    const std::uint64_t sizes[] = {0,        1,        kMiB - 1,         kMiB,
                                   kMiB + 1, 5 * kMiB, 16384 * kMiB - 1, 16384 * kMiB + 1};
    for (const std::uint64_t size : sizes) {
        std::uint64_t sum = 0;
        for (std::uint32_t i = 0; i < piece_count(size); ++i) sum += piece_length(size, {i});
        EXPECT_EQ(sum, size);
    }
    EXPECT_EQ(piece_count(kMiB), 1u);
    EXPECT_EQ(piece_count(kMiB + 1), 2u);
    EXPECT_EQ(piece_length(kMiB + 1, {1}), 1u);
    EXPECT_EQ(piece_count(kFileSizeMax), std::uint64_t{1} << 29);
}

TEST(ContentDeathTest, APieceBehindTheEndIsABug) {
    EXPECT_DEATH(piece_length(kMiB, {1}), "bug");
    EXPECT_DEATH(file_id(PieceList{1, {}}), "bug");
}

TEST(Content, AFileIdCommitsToSizeAndEveryPiece) {
    const PieceList pieces{kMiB + 1, {hash_of(1), hash_of(2)}};
    PieceList other_size = pieces;
    other_size.size_bytes += 1;
    PieceList swapped{kMiB + 1, {hash_of(2), hash_of(1)}};
    EXPECT_EQ(file_id(pieces), file_id(pieces));
    EXPECT_NE(file_id(pieces), file_id(other_size));
    EXPECT_NE(file_id(pieces), file_id(swapped));
}

TEST(Content, AFileIdIsTheHashThatTheSpecificationSays) {
    Hasher hasher("iwant 2026-11 file id");
    hasher.update_u64(kMiB).update_u64(1).update(hash_of(7).bytes);
    EXPECT_EQ(file_id({1, {hash_of(7)}}).hash, hasher.digest());
}

TEST(Content, AListingIsSortedByBytes) {
    TreeListing listing{{file_entry("ä", 1), file_entry("b", 2), file_entry("B", 3)}};
    sort_listing(listing);
    EXPECT_EQ(listing.entries[0].name, "B");
    EXPECT_EQ(listing.entries[1].name, "b");
    EXPECT_EQ(listing.entries[2].name, "ä");
}

TEST(Content, ATreeIdCommitsToEverythingInTheListing) {
    const TreeListing listing{{file_entry("a", 1), file_entry("b", 2)}};
    const auto changed = [&](auto change) {
        TreeListing copy = listing;
        change(copy.entries[1]);
        return tree_id(copy);
    };
    EXPECT_EQ(tree_id(listing), changed([](TreeEntry&) {}));
    EXPECT_NE(tree_id(listing), changed([](TreeEntry& e) { e.name = "c"; }));
    EXPECT_NE(tree_id(listing), changed([](TreeEntry& e) { e.kind = EntryKind::folder; }));
    EXPECT_NE(tree_id(listing), changed([](TreeEntry& e) { e.executable = true; }));
    EXPECT_NE(tree_id(listing), changed([](TreeEntry& e) { e.size_bytes = 2; }));
    EXPECT_NE(tree_id(listing), changed([](TreeEntry& e) { e.content = hash_of(3); }));
    EXPECT_NE(tree_id(listing), tree_id({{file_entry("a", 1)}}));
}

}  // namespace
}  // namespace iwant
