#pragma once

// How well an entry answers a query, as one number from 0 to 1. Four tiers that never overlap: the
// name is the query (1, or almost when only accents or punctuation differ), the name starts with
// it, all words occur as typed, and the rest: close spellings and missing words. So a typo widens
// and never outranks an exact hit.

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/search/plan.h"
#include "core/search/tokens.h"

namespace iwant::search {

/// Which words of a plan an entry has, and how well.
struct Hits {
    std::uint16_t matched = 0;  ///< bit i: word i, in whatever reading
    std::uint16_t exact = 0;    ///< bit i: word i as typed
    std::uint32_t sum = 0;      ///< of weight * quality over the matched words
    bool starts = false;        ///< the name starts with a word of the query as typed

    /// Counts word `index` once, with its best quality.
    void add(const Plan& plan, std::size_t index, unsigned quality, bool is_exact);
};

/// The quality of a reading in a field, of 100: folders count half, extensions a little less than
/// names.
unsigned quality_in(Field field, unsigned quality);

/// What posting lists alone can tell: the tier of all words or the rest, and for a likely start of
/// the name that tier. Good for choosing what to look at closely.
double rough_score(const Plan& plan, const Hits& hits, unsigned name_words);

/// Scores entries from their paths. Borrows the plan and the dictionary.
class Scorer {
  public:
    Scorer(const Plan& plan, const Dictionary& dictionary);

    /// 0 when the entry does not answer the query.
    double score(std::string_view path, EntryKind kind) const;

  private:
    struct Meaning {
        std::uint16_t index = 0;  ///< of the plan's word
        std::uint8_t quality = 0;
        bool is_exact = false;
    };
    struct Seen {
        Hits hits;
        unsigned name_words = 0;
        unsigned pairs = 0;  ///< neighbours in the query that are neighbours in the name
    };

    Seen look_at(const std::vector<Token>& tokens) const;
    double name_score(std::string_view name, EntryKind kind, const Seen& seen) const;

    const Plan& plan_;
    const Dictionary& dictionary_;
    std::unordered_map<WordId, std::vector<Meaning>> meanings_;  ///< looked up only
};

/// The count of a name's own words, for compactness; at most 255.
std::uint8_t count_name_words(const std::vector<Token>& tokens);

}  // namespace iwant::search
