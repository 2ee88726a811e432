#include "core/search/dictionary.h"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/search/letters.h"

namespace iwant::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> near(const Dictionary& dictionary, std::string_view typed) {
    std::vector<std::string> texts;
    for (const Dictionary::Near& one : dictionary.near(typed, 10)) {
        texts.push_back(dictionary.text(one.word));
    }
    return texts;
}

TEST(Dictionary, FindsCloseWordsCheapestThenMostUsedFirst) {
    Dictionary dictionary;
    for (const char* word : {"valley", "galley", "volley", "vallye", "valet", "s1", "s2", "2019"}) {
        dictionary.add(word, 1);
    }
    dictionary.add("volley", 2);
    EXPECT_THAT(near(dictionary, "valley"), ElementsAre("vallye", "volley", "galley", "valet"));
    EXPECT_THAT(near(dictionary, "s3"), IsEmpty());
    EXPECT_THAT(near(dictionary, "2018"), IsEmpty());
}

TEST(Dictionary, ForgetsAWordWithItsLastPosting) {
    Dictionary dictionary;
    dictionary.add("valley", 1);
    dictionary.add("valley", 2);
    dictionary.remove("valley", 1);
    EXPECT_TRUE(dictionary.find("valley"));
    dictionary.remove("valley", 2);
    EXPECT_FALSE(dictionary.find("valley"));
    EXPECT_THAT(near(dictionary, "vallye"), IsEmpty());
    EXPECT_THAT(dictionary.with_prefix("val", 10), IsEmpty());
    EXPECT_EQ(dictionary.size(), 0u);
}

TEST(Dictionary, FindsLongerWordsByTheirBeginning) {
    Dictionary dictionary;
    for (const char* word : {"val", "valley", "value", "vale", "vat", "wal"})
        dictionary.add(word, 1);
    dictionary.add("value", 2);
    std::vector<std::string> texts;
    for (const WordId word : dictionary.with_prefix("val", 2))
        texts.push_back(dictionary.text(word));
    EXPECT_THAT(texts, ElementsAre("value", "vale"));
}

std::string random_word(Prng& prng) {
    std::string word;
    for (std::uint64_t n = 3 + prng.below(std::uint64_t{7}); n > 0; --n) {
        word.push_back(static_cast<char>('a' + prng.below(std::uint64_t{4})));
    }
    return word;
}

TEST(Dictionary, FindsTheSameCloseWordsAsComparingWithAll) {
    Prng prng(11);
    Dictionary dictionary;
    std::set<std::string> words;
    for (int i = 0; i < 3000; ++i) {
        const std::string word = random_word(prng);
        if (words.insert(word).second) {
            dictionary.add(word, 1);
        } else {
            words.erase(word);
            dictionary.remove(word, 1);
        }
    }
    ASSERT_EQ(dictionary.size(), words.size());
    for (int i = 0; i < 200; ++i) {
        const std::string typed = random_word(prng);
        std::set<std::string> expected;
        for (const std::string& word : words) {
            const unsigned limit = typo_cost_max(typed.size(), word.size());
            const auto cost = typo_cost(decode_utf8(typed), decode_utf8(word), limit);
            if (cost && *cost > 0) expected.insert(word);
        }
        std::set<std::string> found;
        for (const Dictionary::Near& one : dictionary.near(typed, 100'000)) {
            found.insert(dictionary.text(one.word));
        }
        ASSERT_EQ(found, expected) << typed;
    }
}

TEST(SortedBlocks, HoldTheSameNumbersAsASet) {
    Prng prng(2);
    SortedBlocks blocks;
    std::set<std::uint32_t> numbers;
    for (int i = 0; i < 40'000; ++i) {
        const auto number = static_cast<std::uint32_t>(prng.below(std::uint64_t{6000}));
        const bool adds = prng.chance(i < 20'000 ? 7 : 2, 10);
        if (adds) {
            ASSERT_EQ(blocks.insert(number, std::less<>()), numbers.insert(number).second);
        } else {
            ASSERT_EQ(blocks.erase(number, std::less<>()), numbers.erase(number) == 1);
        }
    }
    for (std::uint32_t number = 6000; number < 9000; ++number) {
        blocks.insert(number, std::less<>());
        numbers.insert(number);
    }
    std::vector<std::uint32_t> walked;
    blocks.walk_all([&](std::uint32_t number) { walked.push_back(number); });
    EXPECT_EQ(walked, std::vector(numbers.begin(), numbers.end()));
    EXPECT_EQ(blocks.size(), numbers.size());
    for (const std::uint32_t number : walked) EXPECT_TRUE(blocks.erase(number, std::less<>()));
    EXPECT_TRUE(blocks.empty());
}

}  // namespace
}  // namespace iwant::search
