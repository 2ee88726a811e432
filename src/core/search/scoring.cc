#include "core/search/scoring.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"
#include "core/search/letters.h"

namespace iwant::search {
namespace {

// The tiers. Each part is added to the floor of its tier and stays below the next one.
constexpr double kExactName = 1.0;
constexpr double kExactButAccents = 0.995;
constexpr double kStartFloor = 0.90;
constexpr double kStartAtWord = 0.05;
constexpr double kAllWordsFloor = 0.70;
constexpr double kAllWordsSpan = 0.15;
constexpr double kRestSpan = 0.65;
constexpr double kOrder = 0.02;
constexpr double kCompact = 0.01;

constexpr std::size_t kNowhere = 0xFFFF;

bool all_as_typed(const Plan& plan, const Hits& hits) {
    return hits.exact == plan.all_words();
}

// In four steps, so that near-equal names stay equal and the number of owners can decide.
double compactness(const Plan& plan, unsigned name_words) {
    const std::size_t extra = name_words > plan.words.size() ? name_words - plan.words.size() : 0;
    if (extra == 0) return 1.0;
    if (extra <= 2) return 0.66;
    return extra <= 6 ? 0.33 : 0.0;
}

double tier_of_words(const Plan& plan, const Hits& hits, unsigned name_words) {
    const double base = static_cast<double>(hits.sum) / (kQualityFull * plan.weight_total);
    const double compact = kCompact * compactness(plan, name_words);
    return all_as_typed(plan, hits) ? kAllWordsFloor + kAllWordsSpan * base + compact
                                    : kRestSpan * base + compact;
}

bool is_name_field(Field field) {
    return field == Field::name || field == Field::name_start;
}

}  // namespace

void Hits::add(const Plan& plan, std::size_t index, unsigned quality, bool is_exact) {
    const auto bit = static_cast<std::uint16_t>(1u << index);
    matched |= bit;
    if (is_exact) exact |= bit;
    sum += plan.words[index].weight * quality;
}

unsigned quality_in(Field field, unsigned quality) {
    constexpr std::array<unsigned, 4> kPercent{100, 100, 80, 50};
    return quality * kPercent[static_cast<std::size_t>(field)] / 100;
}

double rough_score(const Plan& plan, const Hits& hits, unsigned name_words) {
    if (all_as_typed(plan, hits) && hits.starts) {
        return kStartFloor + kCompact * compactness(plan, name_words);
    }
    return tier_of_words(plan, hits, name_words);
}

Scorer::Scorer(const Plan& plan, const Dictionary& dictionary)
    : plan_(plan), dictionary_(dictionary) {
    for (std::size_t i = 0; i < plan.words.size(); ++i) {
        for (const Reading& reading : plan.words[i].readings) {
            meanings_[reading.word].push_back(
                {static_cast<std::uint16_t>(i), reading.quality, reading.is_exact});
        }
    }
}

double Scorer::score(std::string_view path, EntryKind kind) const {
    const Seen seen = look_at(tokens_of_path(path, kind));
    const double by_name = name_score(name_of_path(path), kind, seen);
    if (by_name > 0) return by_name;
    if (!plan_.suffices(seen.hits.matched)) return 0;
    const double pairs_max = std::max<double>(1, static_cast<double>(plan_.words.size()) - 1);
    return tier_of_words(plan_, seen.hits, seen.name_words) + kOrder * seen.pairs / pairs_max;
}

Scorer::Seen Scorer::look_at(const std::vector<Token>& tokens) const {
    Seen seen;
    seen.name_words = count_name_words(tokens);
    std::array<unsigned, kQueryWordsMax> best{};
    std::array<std::size_t, kQueryWordsMax> place{};
    place.fill(kNowhere);
    std::uint16_t exact = 0;
    for (const Token& token : tokens) {
        const std::optional<WordId> word = dictionary_.find(token.text);
        const auto found = word ? meanings_.find(*word) : meanings_.end();
        if (found == meanings_.end()) continue;
        for (const Meaning& meaning : found->second) {
            const unsigned quality = quality_in(token.field, meaning.quality);
            if (meaning.is_exact) exact |= static_cast<std::uint16_t>(1u << meaning.index);
            if (quality <= best[meaning.index]) continue;
            best[meaning.index] = quality;
            place[meaning.index] = is_name_field(token.field) ? token.position : kNowhere;
        }
    }
    for (std::size_t i = 0; i < plan_.words.size(); ++i) {
        if (best[i] > 0) seen.hits.add(plan_, i, best[i], (exact >> i & 1) != 0);
        const bool both = i > 0 && place[i] != kNowhere && place[i - 1] != kNowhere;
        if (both && place[i] == place[i - 1] + 1) ++seen.pairs;
    }
    return seen;
}

double Scorer::name_score(std::string_view name, EntryKind kind, const Seen& seen) const {
    if (plan_.name_key.empty()) return 0;
    const std::string_view stem = kind == EntryKind::file ? stem_of_name(name) : name;
    const std::string search_key = fold_for_search(name);
    const bool likely = !plan_.search_key.empty() ? search_key.starts_with(plan_.search_key)
                                                  : search_key.empty() || stem != name;
    if (!likely) return 0;
    if (fold_name(name) == plan_.name_key || fold_name(stem) == plan_.name_key) return kExactName;
    if (plan_.search_key.empty()) return 0;
    const bool is_name =
        search_key == plan_.search_key || fold_for_search(stem) == plan_.search_key;
    if (is_name) return kExactButAccents;
    const bool at_word = search_key[plan_.search_key.size()] == ' ';
    return kStartFloor + (at_word ? kStartAtWord : 0) +
           kCompact * compactness(plan_, seen.name_words);
}

std::uint8_t count_name_words(const std::vector<Token>& tokens) {
    const auto count = std::count_if(tokens.begin(), tokens.end(), [](const Token& token) {
        return is_name_field(token.field) && !token.is_part;
    });
    return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(count, 255));
}

}  // namespace iwant::search
