#include "core/search/plan.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kTypoReadingsMax = 32;
constexpr std::size_t kPrefixReadingsMax = 64;
constexpr std::size_t kSplitPostingsMax = 4096;  // looked at to see that a split is real
constexpr std::size_t kSplitNamesMax = 32;
constexpr unsigned kJoinedQuality = 92;
constexpr unsigned kPrefixQualityMax = 95;
constexpr unsigned kPrefixQualityMin = 60;
constexpr unsigned kTypoQualityMax = 85;
constexpr unsigned kTypoQualityMin = 30;

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
    const std::size_t lost = 2 * (letters_in(word) - letters_in(prefix));
    return lost + kPrefixQualityMin > kPrefixQualityMax
               ? kPrefixQualityMin
               : kPrefixQualityMax - static_cast<unsigned>(lost);
}

/// Where two words stand one after the other in an entry's name or a folder's.
bool stand_together(const Record& record, std::string_view first, std::string_view second) {
    const std::vector<Token> tokens = tokens_of_path(record.path(), record.kind);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].text != first) continue;
        for (const Token& other : tokens) {
            if (other.text == second && other.position == tokens[i].position + 1) return true;
        }
    }
    return false;
}

class Planner {
  public:
    Planner(const Query& query, const Dictionary& dictionary, const Entries& entries)
        : dictionary_(dictionary), entries_(entries), exact_(query.exact) {
        for (std::string& word : words_of_query(query.text)) add(std::move(word));
    }

    std::vector<PlanWord> words() {
        for (std::size_t i = 0; i < typed_.size(); ++i) plan_word(i);
        if (!exact_) join_neighbours();
        weigh();
        return std::move(words_);
    }

  private:
    /// A word of the plan; `whole` is what was typed when it is half of a split word.
    struct Typed {
        std::string text;
        std::string whole;
    };

    void add(std::string word) {
        std::optional<std::pair<std::string, std::string>> halves;
        if (!exact_ && !dictionary_.find(word)) halves = split(word);
        if (!halves) {
            typed_.push_back({std::move(word), {}});
        } else if (typed_.size() + 2 <= kQueryWordsMax) {
            typed_.push_back({halves->first, word});
            typed_.push_back({halves->second, word});
        }
        if (typed_.size() > kQueryWordsMax) typed_.resize(kQueryWordsMax);
    }

    // "siliconvalley" is two words when some name has them side by side.
    std::optional<std::pair<std::string, std::string>> split(const std::string& word) const {
        for (std::size_t at = 1; at < word.size(); ++at) {
            if ((static_cast<unsigned char>(word[at]) & 0xC0) == 0x80) continue;
            std::string first = word.substr(0, at);
            std::string second = word.substr(at);
            const std::optional<WordId> a = dictionary_.find(first);
            const std::optional<WordId> b = a ? dictionary_.find(second) : std::nullopt;
            if (b && is_real_pair(*a, *b)) return std::pair(std::move(first), std::move(second));
        }
        return std::nullopt;
    }

    bool is_real_pair(WordId a, WordId b) const {
        const bool a_is_rarer = dictionary_.postings(a).size() < dictionary_.postings(b).size();
        const SortedBlocks& rare = dictionary_.postings(a_is_rarer ? a : b);
        const SortedBlocks& other = dictionary_.postings(a_is_rarer ? b : a);
        std::size_t looked_at = 0;
        std::size_t names = 0;
        bool is_real = false;
        SortedBlocks::Cursor cursor;
        rare.walk(cursor, [&](Posting posting) {
            const Slot slot = slot_of(posting);
            SortedBlocks::Cursor same =
                other.lower_bound([&](Posting one) { return slot_of(one) < slot; });
            other.walk(same, [&](Posting one) {
                if (slot_of(one) == slot) {
                    ++names;
                    is_real =
                        stand_together(entries_.at(slot), dictionary_.text(a), dictionary_.text(b));
                }
                return false;
            });
            return !is_real && ++looked_at < kSplitPostingsMax && names < kSplitNamesMax;
        });
        return is_real;
    }

    void plan_word(std::size_t index) {
        const Typed& typed = typed_[index];
        const bool is_last = index + 1 == typed_.size();
        const bool is_half = !typed.whole.empty();
        PlanWord word;
        word.text = typed.text;
        if (const std::optional<WordId> same = dictionary_.find(typed.text)) {
            word.readings.push_back(
                reading(*same, is_half ? kJoinedQuality : kQualityFull, !is_half));
        }
        if (is_last) {
            for (const WordId longer : dictionary_.with_prefix(typed.text, kPrefixReadingsMax)) {
                const unsigned quality = prefix_quality(typed.text, dictionary_.text(longer));
                word.readings.push_back(reading(longer, quality, !is_half));
            }
        }
        if (!exact_) add_typos(word, is_half ? typed.whole : typed.text, kTypoQualityMax);
        words_.push_back(std::move(word));
    }

    void add_typos(PlanWord& word, std::string_view typed, unsigned quality_max) const {
        for (const Dictionary::Near& near : dictionary_.near(typed, kTypoReadingsMax)) {
            const unsigned quality = std::min(quality_max, typo_quality(near.cost, typed));
            word.readings.push_back(reading(near.word, quality, false));
        }
    }

    // "foot ball" is also "football".
    void join_neighbours() {
        for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
            const std::string joined = words_[i].text + words_[i + 1].text;
            if (typed_[i].whole == joined) continue;
            if (const std::optional<WordId> same = dictionary_.find(joined)) {
                words_[i].readings.push_back(reading(*same, kJoinedQuality, false));
                words_[i + 1].readings.push_back(reading(*same, kJoinedQuality, false));
            }
        }
    }

    static Reading reading(WordId word, unsigned quality, bool is_exact) {
        return {word, static_cast<std::uint8_t>(quality), is_exact};
    }

    void weigh() {
        std::uint32_t known = 0;
        std::uint32_t known_total = 0;
        for (PlanWord& word : words_) {
            tidy(word.readings);
            word.weight = 0;
            if (word.readings.empty()) continue;
            const std::size_t uses = dictionary_.postings(word.readings.front().word).size();
            word.weight = 1 + static_cast<std::uint32_t>(std::bit_width(entries_.size() / uses));
            ++known;
            known_total += word.weight;
        }
        for (PlanWord& word : words_) {
            if (word.weight == 0) word.weight = known == 0 ? 1 : known_total / known;
        }
    }

    // Best first, each word once; equals by use and spelling.
    void tidy(std::vector<Reading>& readings) const {
        std::sort(readings.begin(), readings.end(), [&](const Reading& a, const Reading& b) {
            const std::size_t a_uses = dictionary_.postings(a.word).size();
            const std::size_t b_uses = dictionary_.postings(b.word).size();
            return std::tie(b.is_exact, b.quality, b_uses, dictionary_.text(a.word)) <
                   std::tie(a.is_exact, a.quality, a_uses, dictionary_.text(b.word));
        });
        std::vector<Reading> kept;
        for (const Reading& reading : readings) {
            const bool is_known = std::any_of(kept.begin(), kept.end(), [&](const Reading& one) {
                return one.word == reading.word;
            });
            if (!is_known) kept.push_back(reading);
        }
        readings = std::move(kept);
    }

    const Dictionary& dictionary_;
    const Entries& entries_;
    bool exact_;
    std::vector<Typed> typed_;
    std::vector<PlanWord> words_;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\n");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace

bool Plan::suffices(std::uint16_t matched) const {
    if (matched == 0) return false;
    if (matched == all_words()) return true;
    if (all_words_needed) return false;
    std::uint32_t weight = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (matched >> i & 1) weight += words[i].weight;
    }
    const auto count = static_cast<std::size_t>(std::popcount(matched));
    // Most of the words, or half of them when they tell nearly everything, as in "the zebra".
    if (2 * count > words.size()) return 10 * weight >= 4 * weight_total;
    return 2 * count == words.size() && 10 * weight >= 7 * weight_total;
}

Plan make_plan(const Query& query, const Dictionary& dictionary, const Entries& entries) {
    Query cut = query;
    cut.text = query.text.substr(0, kQueryTextBytesMax);
    Plan plan;
    plan.words = Planner(cut, dictionary, entries).words();
    for (const PlanWord& word : plan.words) plan.weight_total += word.weight;
    plan.all_words_needed = query.exact;
    plan.name_key = fold_name(trimmed(cut.text));
    plan.search_key = fold_for_search(cut.text);
    return plan;
}

}  // namespace iwant::search
