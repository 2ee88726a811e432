#pragma once

// How well an entry answers a query, as one number from 0 to 1. Five tiers that never overlap: the
// name is the query (1, or almost when only accents or punctuation differ), the name starts with
// it, all words occur as typed, all words occur but some in a close spelling, and some words are
// missing. So a typo widens and never outranks an exact hit.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/candidates.h"
#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/plan.h"
#include "core/search/tokens.h"

namespace iwant::search {

/// What the posting lists and the record tell: good for choosing what to look at closely.
double rough_score(const Plan& plan, const Candidate& candidate, unsigned name_words);

/// Scores entries from their paths. Borrows all three; not thread-safe.
class Scorer {
  public:
    Scorer(const Plan& plan, const Dictionary& dictionary, const Entries& entries);

    struct Score {
        double value = 0;      ///< 0 when the entry does not answer the query
        bool in_name = false;  ///< some word of the query is in its own name
    };
    Score score(Slot slot);
    /// The words of the query as this entry spells them, those it lacks left out; empty when it has
    /// no other spelling than the typed one.
    std::string spelling(Slot slot);

  private:
    enum class Kind : std::uint8_t { word, first_of_pair, second_of_pair };
    /// What a dictionary word means for the query.
    struct Meaning {
        std::uint64_t hash = 0;
        std::uint16_t index = 0;   ///< of the plan's word
        std::uint16_t number = 0;  ///< of its reading; of its pair among all
        std::uint8_t quality = 0;
        bool is_exact = false;
        Kind kind = Kind::word;
    };
    struct Seen {
        std::array<unsigned, kQueryWordsMax> best{};
        std::array<std::uint32_t, kQueryWordsMax> position{};
        std::array<std::uint16_t, kQueryWordsMax> number{};  ///< of the best meaning
        std::uint16_t by_pair = 0;                           ///< bit i: that is a pair
        std::uint16_t exact = 0;
        std::uint16_t in_name = 0;
        bool starts = false;
        unsigned name_words = 0;
    };

    void add_meaning(std::string_view text, Meaning meaning);
    void build_table();
    void look_at(std::string_view text, Field field, std::uint32_t position);
    void take_word(const Meaning& meaning, Field field, std::uint32_t position);
    void take_pair(const Meaning& meaning, Field field, std::uint32_t position);
    void look_at_name(Slot slot);
    void look_at_folders(Slot slot);
    double words_score() const;
    double name_score(EntryKind kind) const;
    double order_bonus() const;
    std::string best_reading(std::size_t index) const;

    const Plan& plan_;
    const Dictionary& dictionary_;
    const Entries& entries_;
    std::vector<Meaning> meanings_;       ///< by hash
    std::vector<std::uint32_t> table_;    ///< by hash: one more than the place in meanings_
    std::vector<std::uint32_t> pair_at_;  ///< where the first of each pair was seen
    std::vector<const PairReading*> pairs_;
    WordCutter cutter_;
    std::string name_;
    std::string folder_;
    Seen seen_;
};

}  // namespace iwant::search
