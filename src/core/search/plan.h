#pragma once

// What a query asks of the index: its words, each with the dictionary words that may stand for it
// and how well, and how much each word tells. Everything that costs more with more words is cut
// here, so that the rest of a search is bounded.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/dictionary.h"
#include "core/search/entries.h"

namespace iwant::search {

inline constexpr unsigned kQualityFull = 100;

/// A dictionary word that may stand for a query's word.
struct Reading {
    WordId word = 0;
    std::uint8_t quality = 0;  ///< of 100
    bool is_exact = false;     ///< the word itself, or its beginning where that is enough
};

struct PlanWord {
    std::string text;
    std::uint32_t weight = 1;       ///< rarer words tell more
    std::vector<Reading> readings;  ///< best first, each word once
};

struct Plan {
    std::vector<PlanWord> words;  ///< at most 16
    std::uint32_t weight_total = 0;
    bool all_words_needed = false;
    std::string name_key;    ///< the query as fold_name has it, without spaces around
    std::string search_key;  ///< the query as fold_for_search has it

    /// Whether matching these words (bit i: word i) is enough to be shown.
    bool suffices(std::uint16_t matched) const;
    std::uint16_t all_words() const { return static_cast<std::uint16_t>((1u << words.size()) - 1); }
};

Plan make_plan(const Query& query, const Dictionary& dictionary, const Entries& entries);

/// A posting: the slot above, the field in the two lowest bits.
constexpr Posting posting_of(Slot slot, std::uint8_t field) {
    return slot << 2 | field;
}
constexpr Slot slot_of(Posting posting) {
    return posting >> 2;
}

}  // namespace iwant::search
