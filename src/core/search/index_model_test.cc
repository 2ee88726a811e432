// The index against a plain list: after any run of changes the same entries are found, by exact
// name, by words as typed, and by words with a typo.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/prng.h"
#include "core/search/index.h"
#include "core/search/test_entries.h"
#include "core/search/test_model.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::string_view kWords[] = {"alpha", "Beta",   "GammaRay", "S01E02", "東京物語", "Größe",
                                       "don't", "x264",   "2019",     "a",      "🎉",       "---",
                                       "ﬁne",   "ชาวโลก", "É",        "mp3"};

std::string random_component(Prng& prng) {
    std::string name;
    const std::uint64_t count = 1 + prng.below(std::uint64_t{2});
    for (std::uint64_t i = 0; i < count; ++i) {
        name += (name.empty() ? "" : " ") + std::string(kWords[prng.below(std::size(kWords))]);
    }
    return name;
}

Entry random_entry(Prng& prng) {
    Entry entry = file(prng.below(std::uint64_t{200}), random_component(prng));
    if (prng.chance(1, 2)) entry.path += "/" + random_component(prng);
    if (prng.chance(1, 5)) entry.kind = EntryKind::folder;
    if (prng.chance(1, 2))
        entry.content = content(static_cast<std::uint8_t>(prng.below(std::uint64_t{250})));
    entry.modified = static_cast<UnixSeconds>(prng.below(std::uint64_t{1000}));
    return entry;
}

/// Who has an entry of this name, or the content of one.
std::set<Key> holders_in_model(const Model& model, const std::string& name) {
    return holders_where(model,
                         [&](const Key&, const Entry& entry) { return name_of(entry) == name; });
}

std::set<Key> holders_in_index(const Index& index, const std::string& name) {
    Query query = exact_words(name);
    query.limit = 200;
    std::set<Key> holders;
    for (const Match& match : index.search(query).matches) {
        if (match.score < 1.0) continue;
        for (const Match::Source& source : match.sources)
            holders.emplace(source.owner, source.entry);
    }
    return holders;
}

void change_both(Index& index, Model& model, Prng& prng) {
    const PeerId owner = peer(static_cast<std::uint8_t>(prng.below(std::uint64_t{6})));
    const std::uint64_t what = prng.below(std::uint64_t{100});
    if (what == 0) {
        index.remove_owner(owner);
        remove_owner(model, owner);
    } else if (what < 30) {
        const EntryId id{prng.below(std::uint64_t{200})};
        index.remove(owner, id);
        model.erase({owner, id});
    } else {
        const Entry entry = random_entry(prng);
        index.put(owner, entry);
        model[{owner, entry.id}] = entry;
    }
}

/// Changes of one owner in one go, some of them of the same entry.
void change_many(Index& index, Model& model, Prng& prng) {
    const PeerId owner = peer(static_cast<std::uint8_t>(prng.below(std::uint64_t{6})));
    std::vector<EntryChange> changes(prng.below(std::uint64_t{60}));
    for (EntryChange& change : changes) {
        change.entry = random_entry(prng);
        if (prng.chance(1, 3)) change.what = EntryChange::What::removed;
        if (change.what == EntryChange::What::removed) {
            model.erase({owner, change.entry.id});
        } else {
            model[{owner, change.entry.id}] = change.entry;
        }
    }
    index.apply(owner, changes);
}

TEST(IndexModel, FindsTheSameEntriesByExactNameAsAPlainList) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Prng prng(seed);
        Index index;
        Model model;
        for (int round = 0; round < 40; ++round) {
            for (int i = 0; i < 30; ++i) change_both(index, model, prng);
            if (prng.chance(1, 2)) change_many(index, model, prng);
            ASSERT_EQ(index.entry_count(), model.size());
            const std::string gone = random_component(prng);
            ASSERT_EQ(holders_in_index(index, gone), holders_in_model(model, gone)) << gone;
            if (model.empty()) continue;
            auto any = model.begin();
            std::advance(any, prng.below(model.size()));
            const std::string name = name_of(any->second);
            ASSERT_EQ(holders_in_index(index, name), holders_in_model(model, name))
                << "seed " << seed << " round " << round << " name " << name;
        }
    }
}

std::set<Key> all_holders(const Index& index, Query query) {
    query.limit = 200;
    const Answer answer = index.search(query);
    EXPECT_LT(answer.matches.size(), 200u);
    EXPECT_GE(answer.total, answer.matches.size());
    return holders_in(answer);
}

std::string mistyped(std::string word, Prng& prng) {
    if (word.size() < 4) return word;
    const std::size_t at = 1 + prng.below(std::uint64_t{word.size() - 2});
    if (prng.chance(1, 2)) {
        std::swap(word[at], word[at + 1]);
    } else {
        word.insert(at, 1, word[at]);
    }
    return word;
}

TEST(IndexModel, FindsTheSameEntriesByWordsAsAPlainList) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        Prng prng(seed);
        Index index(seed);
        Model model;
        for (int round = 0; round < 30; ++round) {
            for (int i = 0; i < 12; ++i) change_both(index, model, prng);
            const std::string text = random_component(prng);
            const std::vector<std::string> typed = words_of_query(text);
            const std::set<Key> expected = holders_where(
                model, [&](const Key&, const Entry& entry) { return has_words(entry, typed); });
            ASSERT_EQ(all_holders(index, exact_words(text)), expected) << seed << " " << text;
        }
    }
}

TEST(IndexModel, FindsAtLeastTheEntriesOfOneWordThroughATypoInIt) {
    constexpr std::string_view kTyped[] = {"alpha", "beta", "gammaray", "grosse"};
    Prng prng(6);
    Index index;
    Model model;
    for (int round = 0; round < 100; ++round) {
        for (int i = 0; i < 10; ++i) change_both(index, model, prng);
        const std::string word(kTyped[prng.below(std::size(kTyped))]);
        const std::string typed = mistyped(word, prng);
        const std::set<Key> expected = holders_where(
            model, [&](const Key&, const Entry& entry) { return has_words(entry, {word}); });
        const std::set<Key> found = all_holders(index, words(typed));
        ASSERT_TRUE(std::includes(found.begin(), found.end(), expected.begin(), expected.end()))
            << word << " typed " << typed;
    }
}

TEST(IndexModel, IsEmptyAgainWhenEverybodyLeft) {
    Prng prng(3);
    Index index;
    Model model;
    for (int i = 0; i < 2000; ++i) change_both(index, model, prng);
    for (std::uint8_t owner = 0; owner < 6; ++owner) index.remove_owner(peer(owner));
    EXPECT_EQ(index.entry_count(), 0u);
    for (const std::string_view word : kWords)
        EXPECT_EQ(index.search(words(word)).total, 0u) << word;
}

TEST(IndexModel, RemovesAnOwnerOfManyEqualFilesQuickly) {
    // Quadratic work on these would take minutes.
    Index index;
    for (std::uint64_t id = 0; id < 60'000; ++id) {
        Entry entry = file(id, "src/project/__init__.py");
        entry.content = content(1);
        index.put(peer(static_cast<std::uint8_t>(1 + id % 2)), entry);
    }
    index.remove_owner(peer(1));
    EXPECT_EQ(index.entry_count(), 30'000u);
    EXPECT_EQ(index.search(words("init")).total, 1u);
}

}  // namespace
}  // namespace iwant::search
