#include "core/protocol/merkle.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/protocol/limits.h"
#include "core/protocol/seal.h"

namespace iwant::protocol {
namespace {

std::vector<Digest16> leaves(std::size_t count) {
    std::vector<Digest16> made(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t bytes[] = {static_cast<std::uint8_t>(i),
                                      static_cast<std::uint8_t>(i >> 8)};
        made[i] = digest16(bytes);
    }
    return made;
}

/// 1, 2, 3, the powers of two with their neighbours, and the largest runs.
std::set<std::size_t> counts() {
    std::set<std::size_t> chosen = {1, 2, 3, 1000, 1999, 2000};
    for (std::size_t power = 2; power <= 2048; power *= 2)
        for (const std::size_t count : {power - 1, power, power + 1}) chosen.insert(count);
    return chosen;
}

TEST(Merkle, EveryLeafIsProvenAtItsPlaceAndNowhereElse) {
    for (const std::size_t count : counts()) {
        const auto all = leaves(count);
        const Digest16 root = merkle_root(all);
        const std::size_t step = std::max<std::size_t>(1, count / 37);
        for (std::size_t i = 0; i < count; i += (i + step < count ? step : 1)) {
            const auto siblings = merkle_siblings(all, i);
            ASSERT_LE(siblings.size(), 12u);
            ASSERT_EQ(merkle_root_from(all[i], i, count, siblings), root) << count << ' ' << i;
            for (const std::size_t other : {i + 1, i - 1, i ^ 2}) {
                if (other >= count) continue;
                ASSERT_NE(merkle_root_from(all[i], other, count, siblings), root);
                ASSERT_NE(merkle_root_from(all[other], i, count, siblings), root);
            }
        }
    }
}

TEST(Merkle, APositionBeyondTheCountProvesNothing) {
    const auto all = leaves(5);
    EXPECT_FALSE(merkle_root_from(all[4], 5, 5, merkle_siblings(all, 4)));
    EXPECT_FALSE(merkle_root_from(all[0], 0, 0, {}));
}

TEST(Merkle, SiblingsAreExactlyAsManyAsTheShapeHas) {
    for (const std::size_t count : counts()) {
        const auto all = leaves(count);
        auto siblings = merkle_siblings(all, count / 2);
        siblings.push_back(all[0]);
        EXPECT_FALSE(merkle_root_from(all[count / 2], count / 2, count, siblings));
        siblings.pop_back();
        if (siblings.empty()) continue;
        siblings.pop_back();
        EXPECT_FALSE(merkle_root_from(all[count / 2], count / 2, count, siblings));
    }
}

TEST(Merkle, SwappedOrChangedSiblingsGiveAnotherRoot) {
    const auto all = leaves(1000);
    const Digest16 root = merkle_root(all);
    auto siblings = merkle_siblings(all, 123);
    std::swap(siblings[0], siblings[1]);
    EXPECT_NE(merkle_root_from(all[123], 123, 1000, siblings), root);
    std::swap(siblings[0], siblings[1]);
    for (auto& sibling : siblings) {
        sibling[15] ^= 1;
        EXPECT_NE(merkle_root_from(all[123], 123, 1000, siblings), root);
        sibling[15] ^= 1;
    }
    EXPECT_EQ(merkle_root_from(all[123], 123, 1000, siblings), root);
}

TEST(Merkle, EveryLeafAndTheirOrderCountForTheRoot) {
    const auto all = leaves(65);
    std::set<Digest16> roots = {merkle_root(all)};
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto changed = all;
        changed[i][0] ^= 1;
        EXPECT_TRUE(roots.insert(merkle_root(changed)).second);
        changed = all;
        std::swap(changed[i], changed[(i + 1) % all.size()]);
        EXPECT_TRUE(roots.insert(merkle_root(changed)).second);
    }
    auto longer = all;
    longer.push_back(all.back());
    EXPECT_TRUE(roots.insert(merkle_root(longer)).second) << "a doubled last leaf is another list";
    EXPECT_EQ(merkle_root({}), Digest16{});
}

TEST(Merkle, AnInnerNodeDoesNotPassForALeaf) {
    const auto all = leaves(4);
    const Digest16 left = merkle_root(std::span(all).first(2));
    const Digest16 right = merkle_root(std::span(all).last(2));
    const Digest16 pair[] = {left, right};
    ASSERT_EQ(merkle_root(pair), merkle_root(all)) << "the count tells the two lists apart";
    const Digest16 shorter[] = {right};
    EXPECT_FALSE(merkle_root_from(left, 0, 4, shorter));
}

}  // namespace
}  // namespace iwant::protocol
