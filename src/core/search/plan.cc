#include "core/search/plan.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"
#include "core/search/letters.h"
#include "core/search/split.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kTypoReadingsMax = 32;
constexpr std::size_t kPrefixReadingsMax = 64;
constexpr std::size_t kPartReadingsMax = 32;
constexpr unsigned kJoinedQuality = 92;
constexpr unsigned kPrefixQualityMax = 95;
constexpr unsigned kPrefixQualityMin = 60;
constexpr unsigned kPartQuality = 55;
constexpr unsigned kTypoQualityMax = 85;
constexpr unsigned kTypoQualityMin = 30;
constexpr std::size_t kNearPrefixLettersMin = 4;

std::size_t letters_in(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
    }));
}

unsigned typo_quality(unsigned cost, std::string_view typed) {
    const auto lost =
        static_cast<unsigned>(10 * cost / std::max<std::size_t>(letters_in(typed), 1));
    return lost + kTypoQualityMin > kTypoQualityMax ? kTypoQualityMin : kTypoQualityMax - lost;
}

unsigned prefix_quality(std::string_view prefix, std::string_view word) {
    const std::size_t typed = letters_in(prefix);
    const std::size_t all = letters_in(word);
    const std::size_t lost = all > typed ? 2 * (all - typed) : 0;
    return lost + kPrefixQualityMin > kPrefixQualityMax
               ? kPrefixQualityMin
               : kPrefixQualityMax - static_cast<unsigned>(lost);
}

Reading reading(WordId word, unsigned quality, bool is_exact) {
    return {word, static_cast<std::uint8_t>(quality), is_exact};
}

// Best first, each word once; equals by use and spelling.
void tidy(std::vector<Reading>& readings, const Dictionary& dictionary) {
    std::sort(readings.begin(), readings.end(), [&](const Reading& a, const Reading& b) {
        return std::tuple(b.is_exact, b.quality, dictionary.uses(b.word), dictionary.text(a.word)) <
               std::tuple(a.is_exact, a.quality, dictionary.uses(a.word), dictionary.text(b.word));
    });
    std::vector<Reading> kept;
    for (const Reading& one : readings) {
        const bool is_known = std::any_of(
            kept.begin(), kept.end(), [&](const Reading& other) { return other.word == one.word; });
        if (!is_known) kept.push_back(one);
    }
    readings = std::move(kept);
}

// A word tells as much as its best reading is rare; one without any as much as the others do.
void weigh(Plan& plan, const Dictionary& dictionary, std::size_t entry_count) {
    std::uint32_t known = 0;
    std::uint32_t known_total = 0;
    for (PlanWord& word : plan.words) {
        tidy(word.readings, dictionary);
        word.weight = 0;
        std::size_t uses = 0;
        if (!word.readings.empty()) {
            uses = dictionary.uses(word.readings.front().word);
        } else if (!word.pairs.empty()) {
            uses = word.pairs.front().slots.size();
        }
        if (uses == 0) continue;
        word.weight = 1 + static_cast<std::uint32_t>(std::bit_width(entry_count / uses));
        ++known;
        known_total += word.weight;
    }
    plan.weight_total = 0;
    for (PlanWord& word : plan.words) {
        if (word.weight == 0) word.weight = known == 0 ? 1 : known_total / known;
        plan.weight_total += word.weight;
    }
}

void add_typos(PlanWord& word, const Dictionary& dictionary) {
    for (const Dictionary::Near& near : dictionary.near(word.text, kTypoReadingsMax)) {
        word.readings.push_back(reading(near.word, typo_quality(near.cost, word.text), false));
    }
}

// What stands for the beginning of a word that has not been typed to its end.
void add_near_prefixes(PlanWord& word, const Dictionary& dictionary) {
    if (letters_in(word.text) < kNearPrefixLettersMin) return;
    for (const Dictionary::Near& near : dictionary.near_prefix(word.text, kTypoReadingsMax)) {
        const unsigned quality = std::min(typo_quality(near.cost, word.text),
                                          prefix_quality(word.text, dictionary.text(near.word)));
        word.readings.push_back(reading(near.word, quality, false));
    }
}

void add_parts(PlanWord& word, const Dictionary& dictionary) {
    for (const WordId longer : dictionary.with_part(word.text, kPartReadingsMax)) {
        word.readings.push_back(reading(longer, kPartQuality, false));
    }
}

// "foot ball" is also "football".
void join_neighbours(Plan& plan, const Dictionary& dictionary) {
    for (std::size_t i = 0; i + 1 < plan.words.size(); ++i) {
        const std::string joined = plan.words[i].text + plan.words[i + 1].text;
        if (joined.size() > 255) continue;
        const std::optional<WordId> same = dictionary.find(joined);
        if (!same) continue;
        plan.words[i].readings.push_back(reading(*same, kJoinedQuality, false));
        plan.words[i + 1].readings.push_back(reading(*same, kJoinedQuality, false));
    }
}

}  // namespace

bool Plan::suffices(std::uint16_t matched) const {
    if (matched == 0) return false;
    if (matched == all_words()) return true;
    std::uint32_t weight = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (matched >> i & 1) weight += words[i].weight;
    }
    const auto count = static_cast<std::size_t>(std::popcount(matched));
    // Most of the words, or half of them when they tell nearly everything, as in "the zebra".
    if (2 * count > words.size()) return 10 * weight >= 4 * weight_total;
    return 2 * count == words.size() && 10 * weight >= 7 * weight_total;
}

Plan make_plan(const Query& query, const Dictionary& dictionary, std::size_t entry_count) {
    const std::string_view text = std::string_view(query.text).substr(0, kQueryTextBytesMax);
    Plan plan;
    for (std::string& typed : words_of_query(text)) {
        PlanWord word;
        word.text = std::move(typed);
        if (const std::optional<WordId> same = dictionary.find(word.text)) {
            word.readings.push_back(reading(*same, kQualityFull, true));
        }
        plan.words.push_back(std::move(word));
    }
    if (!plan.words.empty()) {
        PlanWord& last = plan.words.back();
        for (const WordId longer : dictionary.with_prefix(last.text, kPrefixReadingsMax)) {
            const unsigned quality = prefix_quality(last.text, dictionary.text(longer));
            last.readings.push_back(reading(longer, quality, true));
        }
    }
    weigh(plan, dictionary, entry_count);
    plan.name_key = fold_name(trimmed(text, " \t\n"));
    plan.search_key = fold_for_search(text);
    return plan;
}

void widen(Plan& plan, const Dictionary& dictionary, std::size_t entry_count) {
    for (std::size_t i = 0; i < plan.words.size(); ++i) {
        PlanWord& word = plan.words[i];
        const bool is_known = !word.readings.empty() && word.readings.front().is_exact;
        add_typos(word, dictionary);
        const bool is_last = i + 1 == plan.words.size();
        if (is_last) add_near_prefixes(word, dictionary);
        if (!is_known) {
            const Effort effort = word.readings.empty() ? Effort::with_typos : Effort::as_typed;
            word.pairs = split_word(word.text, dictionary, effort);
        }
        if (word.readings.empty()) add_parts(word, dictionary);
    }
    join_neighbours(plan, dictionary);
    weigh(plan, dictionary, entry_count);
}

void add_parts(Plan& plan, const Dictionary& dictionary, std::size_t entry_count) {
    for (PlanWord& word : plan.words) add_parts(word, dictionary);
    weigh(plan, dictionary, entry_count);
}

}  // namespace iwant::search
