#include "core/search/scoring.h"

#include <algorithm>
#include <bit>

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
constexpr double kCloseFloor = 0.35;
constexpr double kCloseSpan = 0.28;
constexpr double kMissingSpan = 0.30;
constexpr double kOrder = 0.03;
constexpr double kCompact = 0.01;

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

// In four steps, so that near-equal names stay equal and the number of owners can decide.
double compactness(const Plan& plan, unsigned name_words) {
    const std::size_t extra = name_words > plan.words.size() ? name_words - plan.words.size() : 0;
    if (extra == 0) return 1.0;
    if (extra <= 2) return 0.66;
    return extra <= 6 ? 0.33 : 0.0;
}

double tier_of_words(const Plan& plan, std::uint16_t matched, std::uint16_t exact, double sum) {
    const double base = std::min(1.0, sum / (kQualityFull * plan.weight_total));
    if (exact == plan.all_words()) return kAllWordsFloor + kAllWordsSpan * base;
    if (matched == plan.all_words()) return kCloseFloor + kCloseSpan * base;
    return kMissingSpan * base;
}

unsigned percent_in(Field field) {
    constexpr std::array<unsigned, 4> kPercent{100, 100, 80, 50};
    return kPercent[static_cast<std::size_t>(field)];
}

bool is_name_field(Field field) {
    return field == Field::name || field == Field::name_start;
}

}  // namespace

double rough_score(const Plan& plan, const Candidate& candidate, unsigned name_words) {
    if (plan.words.empty()) return 0;
    const double compact = kCompact * compactness(plan, name_words);
    if (candidate.exact == plan.all_words() && candidate.starts) return kStartFloor + compact;
    return compact + tier_of_words(plan, candidate.matched, candidate.exact, candidate.sum);
}

Scorer::Scorer(const Plan& plan, const Dictionary& dictionary, const Entries& entries)
    : plan_(plan), dictionary_(dictionary), entries_(entries) {
    for (std::size_t i = 0; i < plan.words.size(); ++i) {
        const auto index = static_cast<std::uint16_t>(i);
        for (std::size_t j = 0; j < plan.words[i].readings.size(); ++j) {
            const Reading& reading = plan.words[i].readings[j];
            add_meaning(dictionary.text(reading.word),
                        {0, index, static_cast<std::uint16_t>(j), reading.quality, reading.is_exact,
                         Kind::word});
        }
        for (const PairReading& pair : plan.words[i].pairs) {
            const auto number = static_cast<std::uint16_t>(pair_at_.size());
            add_meaning(dictionary.text(pair.first),
                        {0, index, number, pair.quality, false, Kind::first_of_pair});
            add_meaning(dictionary.text(pair.second),
                        {0, index, number, pair.quality, false, Kind::second_of_pair});
            pair_at_.push_back(kNowhere);
            pairs_.push_back(&pair);
        }
    }
    build_table();
}

Scorer::Score Scorer::score(Slot slot) {
    seen_ = {};
    seen_.position.fill(kNowhere);
    std::fill(pair_at_.begin(), pair_at_.end(), kNowhere);
    look_at_name(slot);
    const double by_name = name_score(entries_.at(slot).kind());
    if (by_name > 0) return {by_name, true};
    look_at_folders(slot);
    return {words_score(), seen_.in_name != 0};
}

void Scorer::add_meaning(std::string_view text, Meaning meaning) {
    meaning.hash = dictionary_.hash(text);
    meanings_.push_back(meaning);
}

void Scorer::build_table() {
    std::stable_sort(meanings_.begin(), meanings_.end(),
                     [](const Meaning& a, const Meaning& b) { return a.hash < b.hash; });
    table_.resize(std::bit_ceil(2 * meanings_.size() + 1));
    for (std::size_t i = 0; i < meanings_.size(); ++i) {
        if (i > 0 && meanings_[i].hash == meanings_[i - 1].hash) continue;
        std::size_t at = meanings_[i].hash & (table_.size() - 1);
        while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
        table_[at] = static_cast<std::uint32_t>(i + 1);
    }
}

// The hash is keyed and has 64 bits: equal ones are taken for equal words.
void Scorer::look_at(std::string_view text, Field field, std::uint32_t position) {
    const std::uint64_t hash = dictionary_.hash(text);
    std::size_t at = hash & (table_.size() - 1);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
        std::size_t i = table_[at] - 1;
        if (meanings_[i].hash != hash) continue;
        for (; i < meanings_.size() && meanings_[i].hash == hash; ++i) {
            if (meanings_[i].kind == Kind::word) {
                take_word(meanings_[i], field, position);
            } else {
                take_pair(meanings_[i], field, position);
            }
        }
        return;
    }
}

void Scorer::take_word(const Meaning& meaning, Field field, std::uint32_t position) {
    const auto bit = static_cast<std::uint16_t>(1u << meaning.index);
    const unsigned quality = meaning.quality * percent_in(field) / 100;
    if (meaning.is_exact) seen_.exact |= bit;
    if (is_name_field(field)) seen_.in_name |= bit;
    seen_.starts |= meaning.index == 0 && field == Field::name_start && meaning.is_exact;
    if (quality <= seen_.best[meaning.index]) return;
    seen_.best[meaning.index] = quality;
    seen_.number[meaning.index] = meaning.number;
    if (meaning.kind == Kind::word) {
        seen_.by_pair &= static_cast<std::uint16_t>(~bit);
    } else {
        seen_.by_pair |= bit;
    }
    seen_.position[meaning.index] = is_name_field(field) ? position : kNowhere;
}

// Both words count in full when one stands behind the other, and little when they do not.
void Scorer::take_pair(const Meaning& meaning, Field field, std::uint32_t position) {
    if (meaning.kind == Kind::first_of_pair) {
        pair_at_[meaning.number] = position;
        return;
    }
    if (pair_at_[meaning.number] == kNowhere) return;
    Meaning whole = meaning;
    if (pair_at_[meaning.number] + 1 != position) whole.quality /= 3;
    take_word(whole, field, pair_at_[meaning.number]);
}

void Scorer::look_at_name(Slot slot) {
    name_.clear();
    entries_.append_name(slot, name_);
    const auto take = [this](std::string_view text, Field field, std::uint16_t position,
                             bool is_part) {
        look_at(text, field, position);
        seen_.name_words += is_name_field(field) && !is_part;
    };
    visit_name_words(cutter_, name_, entries_.at(slot).kind(), take);
}

void Scorer::look_at_folders(Slot slot) {
    constexpr unsigned kBestAround = 50;
    const auto needs_more = [this] {
        for (std::size_t i = 0; i < plan_.words.size(); ++i) {
            if (seen_.best[i] < kBestAround || (seen_.exact >> i & 1) == 0) return true;
        }
        return false;
    };
    FolderId folder = entries_.at(slot).folder;
    std::uint32_t base = 0;
    for (std::size_t depth = 0; folder != kNoFolder && depth < kTokensPerEntryMax && needs_more();
         ++depth) {
        folder_.clear();
        entries_.folders().append_name(folder, folder_);
        base += 0x10000;
        for (const WordCutter::Word& word : cutter_.cut(folder_)) {
            look_at(word.text, Field::folder, base + word.position);
        }
        folder = entries_.folders().parent(folder);
    }
}

double Scorer::words_score() const {
    std::uint16_t matched = 0;
    double sum = 0;
    for (std::size_t i = 0; i < plan_.words.size(); ++i) {
        if (seen_.best[i] == 0) continue;
        matched |= static_cast<std::uint16_t>(1u << i);
        sum += plan_.words[i].weight * seen_.best[i];
    }
    if (!plan_.suffices(matched)) return 0;
    return tier_of_words(plan_, matched, seen_.exact, sum) + order_bonus() +
           kCompact * compactness(plan_, seen_.name_words);
}

double Scorer::name_score(EntryKind kind) const {
    if (plan_.name_key.empty() || (!plan_.search_key.empty() && !seen_.starts)) return 0;
    const std::string_view name = name_;
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
           kCompact * compactness(plan_, seen_.name_words);
}

// For neighbours in the query that are neighbours in the name, in this order; half of it for those
// that are only near each other.
double Scorer::order_bonus() const {
    if (plan_.words.size() < 2) return 0;
    double pairs = 0;
    for (std::size_t i = 1; i < plan_.words.size(); ++i) {
        const std::uint32_t a = seen_.position[i - 1];
        const std::uint32_t b = seen_.position[i];
        if (a == kNowhere || b == kNowhere) continue;
        const std::uint32_t distance = a < b ? b - a : a - b;
        if (b == a + 1) {
            pairs += 1;
        } else if (distance <= 3) {
            pairs += 0.5;
        }
    }
    return kOrder * pairs / static_cast<double>(plan_.words.size() - 1);
}

// A longer word with the typed one inside is no other spelling, except for two words that were
// joined.
std::string Scorer::spelling(Slot slot) {
    score(slot);
    std::vector<std::string> spelled(plan_.words.size());
    for (std::size_t i = 0; i < spelled.size(); ++i) {
        if (seen_.best[i] != 0) spelled[i] = best_reading(i);
    }
    std::string text;
    bool differs = false;
    for (std::size_t i = 0; i < spelled.size(); ++i) {
        if (spelled[i].empty()) continue;
        const bool was_joined = i > 0 && spelled[i] == spelled[i - 1];
        const bool is_joined =
            was_joined || (i + 1 < spelled.size() && spelled[i] == spelled[i + 1]);
        const std::string& typed = plan_.words[i].text;
        const bool is_typed = !is_joined && spelled[i].find(typed) != std::string::npos;
        differs = differs || !is_typed;
        if (was_joined) continue;
        const std::string& word = is_typed ? typed : spelled[i];
        if (text.size() + 1 + word.size() > kQueryTextBytesMax) break;
        if (!text.empty()) text += ' ';
        text += word;
    }
    return differs ? text : std::string();
}

std::string Scorer::best_reading(std::size_t index) const {
    const PlanWord& word = plan_.words[index];
    const std::uint16_t number = seen_.number[index];
    if ((seen_.exact >> index & 1) != 0) return word.text;
    if ((seen_.by_pair >> index & 1) == 0) {
        return std::string(dictionary_.text(word.readings[number].word));
    }
    const PairReading& pair = *pairs_[number];
    return std::string(dictionary_.text(pair.first)) + " " +
           std::string(dictionary_.text(pair.second));
}

}  // namespace iwant::search
