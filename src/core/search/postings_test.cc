#include "core/search/postings.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/prng.h"

namespace iwant::search {
namespace {

std::vector<Slot> slots_of(const Postings& list, const Arena& arena) {
    std::vector<Slot> slots;
    for (PostingCursor cursor(list, arena); !cursor.at_end(); cursor.next()) {
        slots.push_back(cursor.slot());
    }
    return slots;
}

TEST(Postings, HoldTheSameSlotsAsASetUnderAnyChanges) {
    for (const std::uint64_t range : {300u, 20'000u, 0xFFFFFFFFu}) {
        Prng prng(range);
        Arena arena;
        Postings list;
        std::set<Slot> model;
        for (int i = 0; i < 30'000; ++i) {
            const auto slot = static_cast<Slot>(prng.below(range));
            if (prng.chance(i < 15'000 ? 8 : 3, 10)) {
                ASSERT_EQ(list.insert(slot, arena), model.insert(slot).second);
            } else {
                ASSERT_EQ(list.erase(slot, arena), model.erase(slot) == 1);
            }
            ASSERT_EQ(list.size(), model.size());
        }
        EXPECT_EQ(slots_of(list, arena), std::vector<Slot>(model.begin(), model.end()));
        while (!model.empty()) {
            ASSERT_TRUE(list.erase(*model.begin(), arena));
            model.erase(model.begin());
        }
        EXPECT_TRUE(list.empty());
        EXPECT_EQ(list.chunk_count(), 0u);
    }
}

TEST(Postings, TakeAboutAByteForEachOfManyNeighbours) {
    Arena arena;
    Postings list;
    for (Slot slot = 0; slot < 100'000; ++slot) list.insert(3 * slot, arena);
    EXPECT_LT(arena.memory_bytes() + list.memory_bytes(), 140'000u);
}

TEST(PostingCursor, SeeksTheFirstSlotThatIsNotBelow) {
    Prng prng(4);
    Arena arena;
    Postings list;
    std::set<Slot> model;
    for (int i = 0; i < 5000; ++i) {
        const auto slot = static_cast<Slot>(prng.below(std::uint64_t{1'000'000}));
        if (model.insert(slot).second) list.insert(slot, arena);
    }
    for (int round = 0; round < 50; ++round) {
        PostingCursor cursor(list, arena);
        for (Slot wanted = 0; wanted < 1'100'000;
             wanted += static_cast<Slot>(prng.below(std::uint64_t{60'000}))) {
            cursor.seek(wanted);
            const auto expected = model.lower_bound(wanted);
            ASSERT_EQ(cursor.at_end(), expected == model.end());
            if (cursor.at_end()) continue;
            ASSERT_EQ(cursor.slot(), *expected);
        }
    }
}

TEST(Arena, UsesFreedRunsAgain) {
    Arena arena;
    std::vector<Arena::Ref> refs;
    for (int i = 0; i < 3000; ++i) refs.push_back(arena.take(100));
    const std::size_t before = arena.memory_bytes();
    for (const Arena::Ref ref : refs) arena.give_back(ref, 100);
    for (int i = 0; i < 3000; ++i) arena.take(99);
    EXPECT_EQ(arena.memory_bytes(), before);
}

}  // namespace
}  // namespace iwant::search
