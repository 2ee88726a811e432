#include "core/swarm/range_set.h"

#include <set>

#include <gtest/gtest.h>

#include "base/prng.h"

namespace iwant::swarm {
namespace {

TEST(RangeSet, NeighboursBecomeOne) {
    RangeSet set;
    set.insert({0, 3});
    set.insert({5, 8});
    set.insert({3, 5});
    EXPECT_EQ(set.next(0), (Range{0, 8}));
    EXPECT_EQ(set.next(6), (Range{6, 8}));
    EXPECT_EQ(set.next(8), std::nullopt);
}

TEST(RangeSet, ErasingTheMiddleLeavesBothEnds) {
    RangeSet set;
    set.insert({10, 20});
    set.erase({13, 15});
    EXPECT_EQ(set.next(0), (Range{10, 13}));
    EXPECT_EQ(set.next(13), (Range{15, 20}));
    EXPECT_FALSE(set.contains(14));
    EXPECT_TRUE(set.contains(15));
}

TEST(RangeSet, AnEmptyRangeChangesNothing) {
    RangeSet set;
    set.insert({4, 4});
    EXPECT_TRUE(set.empty());
    set.erase({4, 4});
}

TEST(RangeSet, DoesWhatAPlainSetDoes) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Prng prng(seed);
        RangeSet ranges;
        std::set<std::uint64_t> plain;
        for (int step = 0; step < 2000; ++step) {
            const std::uint64_t number = prng.below(std::uint64_t{60});
            if (plain.contains(number)) {
                ranges.erase({number, number + 1});
                plain.erase(number);
            } else {
                ranges.insert({number, number + 1});
                plain.insert(number);
            }
            const std::uint64_t from = prng.below(std::uint64_t{60});
            const auto expected = plain.lower_bound(from);
            const auto found = ranges.next(from);
            ASSERT_EQ(found.has_value(), expected != plain.end());
            if (!found) continue;
            ASSERT_EQ(found->first, *expected);
            ASSERT_FALSE(plain.contains(found->end));
        }
    }
}

}  // namespace
}  // namespace iwant::swarm
