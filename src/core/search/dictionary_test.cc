#include "core/search/dictionary.h"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/search/letters.h"
#include "core/search/sorted_blocks.h"

namespace iwant::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void add(Dictionary& dictionary, std::string_view text, Slot slot) {
    dictionary.add(dictionary.find_or_add(text, dictionary.hash(text)), Place::name, slot);
}

void remove(Dictionary& dictionary, std::string_view text, Slot slot) {
    const std::optional<WordId> word = dictionary.find(text);
    ASSERT_TRUE(word);
    dictionary.remove(*word, Place::name, slot);
}

std::vector<std::string> texts(const Dictionary& dictionary,
                               const std::vector<Dictionary::Near>& found) {
    std::vector<std::string> texts;
    for (const Dictionary::Near& one : found) texts.emplace_back(dictionary.text(one.word));
    return texts;
}

std::vector<std::string> texts(const Dictionary& dictionary, const std::vector<WordId>& found) {
    std::vector<std::string> texts;
    for (const WordId word : found) texts.emplace_back(dictionary.text(word));
    return texts;
}

std::vector<std::string> near(const Dictionary& dictionary, std::string_view typed) {
    return texts(dictionary, dictionary.near(typed, 10));
}

TEST(Dictionary, FindsCloseWordsCheapestThenMostUsedFirst) {
    Dictionary dictionary(1);
    for (const char* word : {"valley", "galley", "volley", "vallye", "valet", "s1", "s2", "2019"}) {
        add(dictionary, word, 1);
    }
    add(dictionary, "volley", 2);
    EXPECT_THAT(near(dictionary, "valley"), ElementsAre("vallye", "galley", "volley", "valet"));
    EXPECT_THAT(near(dictionary, "s3"), IsEmpty());
    EXPECT_THAT(near(dictionary, "2018"), IsEmpty());
}

TEST(Dictionary, ForgetsAWordWithItsLastPosting) {
    Dictionary dictionary(1);
    add(dictionary, "valley", 1);
    add(dictionary, "valley", 2);
    remove(dictionary, "valley", 1);
    EXPECT_TRUE(dictionary.find("valley"));
    remove(dictionary, "valley", 2);
    EXPECT_FALSE(dictionary.find("valley"));
    EXPECT_THAT(near(dictionary, "vallye"), IsEmpty());
    EXPECT_THAT(dictionary.with_prefix("val", 10), IsEmpty());
    EXPECT_EQ(dictionary.size(), 0u);
}

TEST(Dictionary, FindsLongerWordsByTheirBeginning) {
    Dictionary dictionary(1);
    for (const char* word : {"val", "valley", "value", "vale", "vat", "wal"})
        add(dictionary, word, 1);
    add(dictionary, "value", 2);
    EXPECT_THAT(texts(dictionary, dictionary.with_prefix("val", 2)), ElementsAre("value", "vale"));
}

TEST(Dictionary, FindsBeginningsWithATypo) {
    Dictionary dictionary(1);
    for (const char* word : {"perforating", "performer", "perforate", "preface"}) {
        add(dictionary, word, 1);
    }
    EXPECT_THAT(texts(dictionary, dictionary.near_prefix("perfroat", 10)),
                ElementsAre("perforate", "perforating"));
    EXPECT_THAT(dictionary.near_prefix("xyz", 10), IsEmpty());
}

TEST(Dictionary, FindsLongerWordsByAPartOfThem) {
    Dictionary dictionary(1);
    for (const char* word : {"siliconvalley", "x264", "valley", "alley"}) add(dictionary, word, 1);
    EXPECT_THAT(texts(dictionary, dictionary.with_part("valley", 10)),
                ElementsAre("siliconvalley"));
    EXPECT_THAT(texts(dictionary, dictionary.with_part("264", 10)), ElementsAre("x264"));
    EXPECT_THAT(dictionary.with_part("va", 10), IsEmpty());
}

TEST(Dictionary, ForgetsWordsThatNobodyPosted) {
    Dictionary dictionary(1);
    dictionary.find_or_add("valley", dictionary.hash("valley"));
    const std::uint64_t before = dictionary.departures();
    dictionary.sweep();
    EXPECT_FALSE(dictionary.find("valley"));
    EXPECT_GT(dictionary.departures(), before);
    add(dictionary, "valley", 1);
    dictionary.sweep();
    EXPECT_TRUE(dictionary.find("valley"));
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
    Dictionary dictionary(1);
    std::set<std::string> words;
    for (int i = 0; i < 3000; ++i) {
        const std::string word = random_word(prng);
        if (words.insert(word).second) {
            add(dictionary, word, 1);
        } else {
            words.erase(word);
            remove(dictionary, word, 1);
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
            found.emplace(dictionary.text(one.word));
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
