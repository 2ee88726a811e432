#include "core/search/tag_table.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/search/keyed_hash.h"
#include "core/search/ordered_words.h"

namespace iwant::search {
namespace {

std::string text_number(std::uint32_t number) {
    std::string text;
    for (std::uint32_t left = number; left > 0; left /= 5) {
        text.push_back(static_cast<char>('a' + left % 5));
    }
    return text;
}

TEST(TagTable, FindsWhatIsInItAndNothingElse) {
    Prng prng(9);
    const KeyedHash hash(3);
    const auto hash_of = [&](std::uint32_t number) { return hash(text_number(number)); };
    TagTable table;
    std::map<std::uint32_t, bool> model;
    for (int i = 0; i < 60'000; ++i) {
        const auto number = static_cast<std::uint32_t>(prng.below(std::uint64_t{6000}));
        const auto same = [number](std::uint32_t other) { return other == number; };
        const bool is_there = model[number];
        ASSERT_EQ(table.find(hash_of(number), same).has_value(), is_there);
        if (is_there) {
            table.erase(hash_of(number), number, hash_of);
        } else {
            table.insert(hash_of(number), number, hash_of);
        }
        model[number] = !is_there;
    }
    std::size_t count = 0;
    for (const auto& [number, is_there] : model) count += is_there;
    EXPECT_EQ(table.size(), count);
}

TEST(KeyedHash, GivesOtherPlacesUnderAnotherKey) {
    const KeyedHash one(1);
    const KeyedHash two(2);
    EXPECT_EQ(one("valley"), KeyedHash(1)("valley"));
    EXPECT_NE(one("valley"), two("valley"));
    EXPECT_NE(one("valley"), one("valley", 1));
    EXPECT_NE(one("a"), one(std::string("a\0", 2)));
}

TEST(OrderedWords, WalkInOrderFromAnyWordUnderAnyChanges) {
    Prng prng(5);
    OrderedWords words;
    std::map<std::string, std::uint32_t> model;
    const auto text_of = [&](std::uint32_t number) { return text_number(number); };
    std::map<std::uint32_t, std::string> texts;
    for (std::uint32_t number = 1; number < 4000; ++number) texts[number] = text_number(number);
    const auto view_of = [&](std::uint32_t number) { return std::string_view(texts.at(number)); };
    for (int i = 0; i < 20'000; ++i) {
        const auto number = static_cast<std::uint32_t>(1 + prng.below(std::uint64_t{3999}));
        if (model.erase(text_of(number)) == 1) {
            words.erase(number, view_of);
        } else {
            words.insert(number, view_of);
            model[text_of(number)] = number;
        }
    }
    for (const char* start : {"", "b", "cab", "eeeeee"}) {
        std::vector<std::uint32_t> walked;
        words.walk_from(start, view_of, [&](std::uint32_t number) {
            walked.push_back(number);
            return true;
        });
        std::vector<std::uint32_t> expected;
        for (auto it = model.lower_bound(start); it != model.end(); ++it) {
            expected.push_back(it->second);
        }
        EXPECT_EQ(walked, expected) << start;
    }
}

}  // namespace
}  // namespace iwant::search
