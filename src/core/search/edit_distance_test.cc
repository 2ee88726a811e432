#include "core/search/edit_distance.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/prng.h"

namespace iwant::search {
namespace {

TEST(EditDistance, CostsWhatTheTypoIs) {
    EXPECT_EQ(typo_cost(U"silicon", U"silicon", 20), 0u);
    EXPECT_EQ(typo_cost(U"silicox", U"silicon", 20), kSubstitutionCost);
    EXPECT_EQ(typo_cost(U"silicom", U"silicon", 20), kNeighbourCost);
    EXPECT_EQ(typo_cost(U"slicon", U"silicon", 20), kGapCost);
    EXPECT_EQ(typo_cost(U"siilcon", U"silicon", 20), kSwapCost);
    EXPECT_EQ(typo_cost(U"silliconn", U"silicon", 20), 2 * kDoubledCost);
    EXPECT_EQ(typo_cost(U"valey", U"valley", 10), kDoubledCost);
    EXPECT_EQ(typo_cost(U"", U"ab", 20), 2 * kGapCost);
}

TEST(EditDistance, GivesNothingAboveTheLimit) {
    EXPECT_EQ(typo_cost(U"silicom", U"silicon", kNeighbourCost - 1), std::nullopt);
    EXPECT_EQ(typo_cost(U"abcdefgh", U"a", 20), std::nullopt);
    EXPECT_EQ(typo_cost(std::u32string(kTypoLetters + 1, U'a'), U"a", 1000), std::nullopt);
}

TEST(EditDistance, TakesTheBeginningOfTheOtherWordThatIsNearest) {
    EXPECT_EQ(typo_cost_of_prefix(U"sili", U"silicon", 20), 0u);
    EXPECT_EQ(typo_cost_of_prefix(U"slii", U"silicon", 20), kSwapCost);
    EXPECT_EQ(typo_cost_of_prefix(U"silicons", U"silicon", 20), kGapCost);
    EXPECT_EQ(typo_cost_of_prefix(U"xyzw", U"silicon", 20), std::nullopt);
}

TEST(EditDistance, ForgivesMoreInLongerWords) {
    EXPECT_EQ(typo_cost_max(2, 2), 0u);
    EXPECT_LT(typo_cost_max(3, 3), kSubstitutionCost);
    EXPECT_LT(typo_cost_max(4, 4), 2 * kDoubledCost);
    EXPECT_LT(typo_cost_max(5, 5), 2 * kDoubledCost);
    EXPECT_GE(typo_cost_max(7, 7), 2 * kSubstitutionCost);
}

// The same distance without a band and without giving up.
unsigned plain_cost(const std::u32string& a, const std::u32string& b) {
    const auto gap = [](const std::u32string& word, std::size_t i) {
        const bool doubled =
            (i > 0 && word[i - 1] == word[i]) || (i + 1 < word.size() && word[i + 1] == word[i]);
        return doubled ? kDoubledCost : kGapCost;
    };
    std::vector<std::vector<unsigned>> cost(a.size() + 1, std::vector<unsigned>(b.size() + 1));
    for (std::size_t i = 1; i <= a.size(); ++i) cost[i][0] = cost[i - 1][0] + gap(a, i - 1);
    for (std::size_t j = 1; j <= b.size(); ++j) cost[0][j] = cost[0][j - 1] + gap(b, j - 1);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool equal = a[i - 1] == b[j - 1];
            cost[i][j] = std::min({cost[i - 1][j - 1] + (equal ? 0 : kSubstitutionCost),
                                   cost[i - 1][j] + gap(a, i - 1), cost[i][j - 1] + gap(b, j - 1)});
            if (i > 1 && j > 1 && !equal && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + kSwapCost);
            }
        }
    }
    return cost[a.size()][b.size()];
}

TEST(EditDistance, AgreesWithTheFullTableWithinTheLimit) {
    Prng prng(5);
    std::size_t within = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::u32string a;
        for (std::uint64_t n = prng.below(std::uint64_t{9}); n > 0; --n) {
            a.push_back(U'a' + static_cast<char32_t>(prng.below(std::uint64_t{3})));
        }
        std::u32string b = a;
        for (std::uint64_t n = prng.below(std::uint64_t{4}); n > 0; --n) {
            const std::size_t at = prng.below(b.size() + 1);
            b.insert(at, 1, U'a' + static_cast<char32_t>(prng.below(std::uint64_t{3})));
            if (prng.chance(1, 2)) b.erase(prng.below(b.size()), 1);
        }
        const unsigned limit = static_cast<unsigned>(prng.below(std::uint64_t{31}));
        const unsigned plain = plain_cost(a, b);
        ASSERT_EQ(typo_cost(a, b, limit), plain <= limit ? std::optional(plain) : std::nullopt);
        within += plain <= limit;
    }
    EXPECT_GT(within, 5000u);
}

TEST(TypoPattern, RulesOutNoWordWithinTheCostAndMostOthers) {
    Prng prng(6);
    std::size_t ruled_out = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::u32string typed;
        std::u32string word;
        std::string bytes;
        for (std::uint64_t n = 1 + prng.below(std::uint64_t{9}); n > 0; --n) {
            typed.push_back(U'a' + static_cast<char32_t>(prng.below(std::uint64_t{4})));
        }
        for (std::uint64_t n = 1 + prng.below(std::uint64_t{9}); n > 0; --n) {
            word.push_back(U'a' + static_cast<char32_t>(prng.below(std::uint64_t{4})));
            bytes.push_back(static_cast<char>(word.back()));
        }
        const auto cost_max = static_cast<unsigned>(prng.below(std::uint64_t{31}));
        const unsigned edits = cost_max / kDoubledCost;
        const TypoPattern pattern(typed);
        const bool is_near = pattern.is_near(bytes, edits);
        const bool is_near_beginning = pattern.is_near_beginning(bytes, edits);
        ASSERT_TRUE(is_near || !typo_cost(typed, word, cost_max));
        ASSERT_TRUE(is_near_beginning || !typo_cost_of_prefix(typed, word, cost_max));
        ruled_out += !is_near;
    }
    EXPECT_GT(ruled_out, 10'000u);
}

TEST(TypoPattern, CountsASwapAsOneEditAndLeavesOtherLettersToTheCost) {
    const TypoPattern pattern(U"valley");
    EXPECT_TRUE(pattern.is_near("vlaley", 1));
    EXPECT_FALSE(pattern.is_near("vlalye", 1));
    EXPECT_TRUE(pattern.is_near_beginning("valeyside", 1));
    EXPECT_FALSE(pattern.is_near("valeyside", 3));
    EXPECT_TRUE(pattern.is_near("\xC3\xA9\xC3\xA9", 0));
}

}  // namespace
}  // namespace iwant::search
