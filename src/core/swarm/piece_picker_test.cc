#include "core/swarm/piece_picker.h"

#include <gtest/gtest.h>

namespace iwant::swarm {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
using Verdict = PiecePicker::Verdict;

SharedPlan plan_of(const std::vector<std::uint64_t>& sizes) {
    Plan plan;
    for (const std::uint64_t size : sizes) {
        plan.files.push_back(
            {"f" + std::to_string(plan.files.size()), size, {}, false, plan.pieces});
        plan.pieces += piece_count(size);
        plan.size_bytes += size;
    }
    return std::make_shared<const Plan>(std::move(plan));
}

Verdict anything(FileIndex) {
    return Verdict::take;
}

TEST(PiecePicker, RunsFollowEachOtherAndEndWithTheFile) {
    const SharedPlan plan = plan_of({0, 3 * kMiB + 5, 0, 2 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    EXPECT_EQ(picker.bytes(), 5 * kMiB + 5);
    std::uint64_t from = 0;
    const auto first = picker.take(from, 3 * kMiB, 100, anything);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->file, FileIndex{1});
    EXPECT_EQ(first->count, 3u);
    const auto second = picker.take(from, 100 * kMiB, 100, anything);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->first, PieceIndex{3});
    EXPECT_EQ(second->size_bytes, 5u);
    const auto third = picker.take(from, 100 * kMiB, 100, anything);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->file, FileIndex{3});
    EXPECT_EQ(third->count, 2u);
    EXPECT_TRUE(picker.empty());
    EXPECT_EQ(picker.bytes(), 0u);
    EXPECT_FALSE(picker.take(from, kMiB, 100, anything));
}

TEST(PiecePicker, WhatIsPresentIsNotTaken) {
    const SharedPlan plan = plan_of({4 * kMiB});
    PieceSet present(4);
    present.insert(1);
    PiecePicker picker(plan, present, 0);
    EXPECT_EQ(picker.bytes(), 3 * kMiB);
    std::uint64_t from = 0;
    EXPECT_EQ(picker.take(from, 9 * kMiB, 100, anything)->count, 1u);
    const auto rest = picker.take(from, 9 * kMiB, 100, anything);
    EXPECT_EQ(rest->first, PieceIndex{2});
    EXPECT_EQ(rest->count, 2u);
}

TEST(PiecePicker, ItBeginsWhereItIsToldAndGoesOnAtTheFront) {
    const SharedPlan plan = plan_of({kMiB, 4 * kMiB, kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 3);
    const std::vector<std::uint64_t> order{3, 4, 5, 0, 1, 2};
    for (std::uint64_t i = 0; i < 6; ++i) EXPECT_EQ(picker.place_of(order[i]), i);
    std::uint64_t from = 0;
    std::vector<std::uint64_t> taken;
    while (const auto run = picker.take(from, 9 * kMiB, 100, anything)) {
        for (std::uint32_t i = 0; i < run->count; ++i) {
            taken.push_back(plan->files[run->file.value].first_piece + run->first.value + i);
        }
    }
    EXPECT_EQ(taken, order);
    picker.put_back(FileIndex{1}, PieceIndex{2});
    EXPECT_FALSE(picker.take(from, kMiB, 1, anything)) << "it lies before where looking starts";
    from = picker.place_of(3);
    EXPECT_EQ(picker.take(from, kMiB, 1, anything)->first, PieceIndex{2});
}

TEST(PiecePicker, AFileThatItBeginsWithinIsRefusedInBothParts) {
    const SharedPlan plan = plan_of({kMiB, 4 * kMiB, kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 3);
    const auto picky = [](FileIndex file) {
        return file.value == 1 ? Verdict::never : Verdict::take;
    };
    std::uint64_t from = 0;
    EXPECT_EQ(picker.take(from, kMiB, 1, picky)->file, FileIndex{2});
    EXPECT_EQ(picker.take(from, kMiB, 1, picky)->file, FileIndex{0});
    EXPECT_FALSE(picker.take(from, kMiB, 1, picky));
    EXPECT_EQ(from, 6u);
    EXPECT_EQ(picker.bytes(), 4 * kMiB);
}

TEST(PiecePicker, ARunHasAtLeastOnePieceAndAtMostAsManyAsAllowed) {
    const SharedPlan plan = plan_of({100 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::uint64_t from = 0;
    EXPECT_EQ(picker.take(from, 1, 7, anything)->count, 1u);
    EXPECT_EQ(picker.take(from, 100 * kMiB, 7, anything)->count, 7u);
}

TEST(PiecePicker, FilesThatOneDoesNotWantAreLeftToOthers) {
    const SharedPlan plan = plan_of({kMiB, kMiB, kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::uint64_t picky_from = 0;
    const auto picky = [](FileIndex file) {
        return file.value == 2 ? Verdict::take : Verdict::never;
    };
    EXPECT_EQ(picker.take(picky_from, kMiB, 1, picky)->file, FileIndex{2});
    EXPECT_EQ(picky_from, 2u) << "what it never takes is not looked at again";
    std::uint64_t from = 0;
    EXPECT_EQ(picker.take(from, kMiB, 1, anything)->file, FileIndex{0});
}

TEST(PiecePicker, WhatIsNotReadyIsSteppedOverButComesAgain) {
    const SharedPlan plan = plan_of({kMiB, kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::uint64_t from = 0;
    const auto later = [](FileIndex file) {
        return file.value == 0 ? Verdict::not_now : Verdict::take;
    };
    EXPECT_EQ(picker.take(from, kMiB, 1, later)->file, FileIndex{1});
    EXPECT_EQ(picker.take(from, kMiB, 1, anything)->file, FileIndex{0});
}

TEST(PiecePicker, LookingEndsAfterAFewThatAreNotReady) {
    const SharedPlan plan = plan_of(std::vector<std::uint64_t>(1000, kMiB));
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::uint64_t from = 0;
    int looked = 0;
    const auto never_ready = [&](FileIndex) {
        ++looked;
        return Verdict::not_now;
    };
    EXPECT_FALSE(picker.take(from, kMiB, 1, never_ready));
    EXPECT_EQ(looked, PiecePicker::kNotNowMax);
}

TEST(PiecePicker, WhatIsPutBackIsTakenAgainUnlessWithdrawn) {
    const SharedPlan plan = plan_of({3 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::uint64_t from = 0;
    ASSERT_TRUE(picker.take(from, 3 * kMiB, 3, anything));
    picker.put_back(FileIndex{0}, PieceIndex{1});
    picker.put_back(FileIndex{0}, PieceIndex{2});
    EXPECT_TRUE(picker.withdraw(FileIndex{0}, PieceIndex{2}));
    EXPECT_FALSE(picker.withdraw(FileIndex{0}, PieceIndex{2}));
    EXPECT_EQ(picker.bytes(), kMiB);
    EXPECT_EQ(picker.take(from, 3 * kMiB, 3, anything)->first, PieceIndex{1});
}

TEST(PiecePicker, TheRarestPieceGoesFirst) {
    const SharedPlan plan = plan_of({8 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    const std::vector<std::uint16_t> holders{3, 2, 2, 1, 1, 2, 3, 3};
    std::optional<PiecePicker::RarePlace> place;
    const auto first = picker.take_rare(place, {nullptr, holders, 0}, 8 * kMiB, 100, anything);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->first, PieceIndex{3});
    EXPECT_EQ(first->count, 2u) << "as far as they are as rare";
    const auto second = picker.take_rare(place, {nullptr, holders, 0}, kMiB, 100, anything);
    ASSERT_TRUE(second);
    EXPECT_EQ(holders[second->first.value], 2);
}

TEST(PiecePicker, AmongEqualsTheLotDecides) {
    const SharedPlan plan = plan_of({8 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    const std::vector<std::uint16_t> holders{1, 1, 0, 0, 0, 1, 1, 0};
    const auto chosen = [&](std::uint64_t lot) {
        std::optional<PiecePicker::RarePlace> place;
        return picker.take_rare(place, {nullptr, holders, lot}, kMiB, 100, anything)->first.value;
    };
    EXPECT_EQ(chosen(3), 7u) << "the last of four";
    EXPECT_EQ(chosen(4), 3u) << "the second of three";
    EXPECT_EQ(chosen(0), 2u);
}

TEST(PiecePicker, WhoTookARareRunGoesOnBehindItWhileThatIsAsRare) {
    const SharedPlan plan = plan_of({8 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    std::vector<std::uint16_t> holders(8, 0);
    std::optional<PiecePicker::RarePlace> place;
    const auto next = [&](std::uint64_t lot) {
        return picker.take_rare(place, {nullptr, holders, lot}, kMiB, 100, anything)->first.value;
    };
    EXPECT_EQ(next(2), 2u);
    EXPECT_EQ(next(7), 3u);
    holders[4] = 1;  // somebody else got it meanwhile
    EXPECT_EQ(next(1), 1u) << "the second of 0, 1, 5, 6, 7";
}

TEST(PiecePicker, APartialSourceIsAskedForWhatItHas) {
    const SharedPlan plan = plan_of({4 * kMiB, 4 * kMiB});
    PiecePicker picker(plan, PieceSet(plan->pieces), 0);
    PieceSet has(8);
    has.insert(2);
    has.insert(3);
    has.insert(4);
    const std::vector<std::uint16_t> holders(8, 1);
    std::optional<PiecePicker::RarePlace> place;
    const auto next = [&](std::uint64_t lot) {
        return picker.take_rare(place, {&has, holders, lot}, 8 * kMiB, 100, anything);
    };
    const auto run = next(1);
    ASSERT_TRUE(run);
    EXPECT_EQ(run->file, FileIndex{0});
    EXPECT_EQ(run->first, PieceIndex{3});
    EXPECT_EQ(run->count, 1u) << "a run ends with its file";
    EXPECT_EQ(next(0)->file, FileIndex{1});
    EXPECT_EQ(next(0)->first, PieceIndex{2});
    EXPECT_FALSE(next(0));
}

}  // namespace
}  // namespace iwant::swarm
