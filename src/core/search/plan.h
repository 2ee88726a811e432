#pragma once

// What a query asks of the index: its words, each with the dictionary words that may stand for it
// and how well, and how much each word tells. First only what was typed; close spellings are added
// when that finds too little. Everything that costs more with more words is cut here, so that the
// rest of a search is bounded.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/query.h"
#include "core/search/dictionary.h"

namespace iwant::search {

inline constexpr unsigned kQualityFull = 100;

/// A dictionary word that may stand for a query's word.
struct Reading {
    WordId word = 0;
    std::uint8_t quality = 0;  ///< of 100
    bool is_exact = false;     ///< the word itself, or its beginning where that is enough
};

/// Two dictionary words, one behind the other, that were typed as one.
struct PairReading {
    WordId first = 0;
    WordId second = 0;
    std::uint8_t quality = 0;
    std::vector<Slot> slots;  ///< of the entries that have both, in order
};

struct PlanWord {
    std::string text;
    std::uint32_t weight = 1;       ///< rarer words tell more
    std::vector<Reading> readings;  ///< best first, each word once
    std::vector<PairReading> pairs;
};

struct Plan {
    std::vector<PlanWord> words;  ///< at most 16
    std::uint32_t weight_total = 0;
    std::string name_key;    ///< the query as fold_name has it, without spaces around
    std::string search_key;  ///< the query as fold_for_search has it

    /// Whether matching these words (bit i: word i) is enough to be shown.
    bool suffices(std::uint16_t matched) const;
    std::uint16_t all_words() const { return static_cast<std::uint16_t>((1u << words.size()) - 1); }
};

/// The words as they were typed, the last one also as the beginning of a longer one.
Plan make_plan(const Query& query, const Dictionary& dictionary, std::size_t entry_count);

/// Adds what may have been meant: close spellings, also of beginnings, and words that were joined
/// or split; for words that have none of these, longer words with the typed one inside.
void widen(Plan& plan, const Dictionary& dictionary, std::size_t entry_count);

/// Adds longer words with the typed one inside for all words.
void add_parts(Plan& plan, const Dictionary& dictionary, std::size_t entry_count);

}  // namespace iwant::search
