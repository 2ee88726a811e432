#pragma once

// Walks the posting lists of a plan and finds the entries that answer it. The rarest word brings
// entries in, the others are looked up for those only; what is walked for one search has a maximum,
// beyond which the entries that came last count.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/search/dictionary.h"
#include "core/search/plan.h"

namespace iwant::search {

/// An entry and what posting lists alone tell of it.
struct Candidate {
    Slot slot = 0;
    std::uint16_t matched = 0;  ///< bit i: word i, in whatever reading
    std::uint16_t exact = 0;    ///< bit i: word i as typed
    std::uint16_t sum = 0;      ///< of weight * quality over the matched words
    std::uint8_t code = 0;      ///< of the word that is being looked up
    bool starts = false;        ///< the name starts with the first word as typed
};

struct Candidates {
    std::vector<Candidate> found;  ///< in order of slot
    std::uint64_t uncounted = 0;   ///< about how many more there are
};

enum class Need : std::uint8_t { all_words, enough_words };

/// At most about a million entries, fewer for many words.
Candidates find_candidates(const Plan& plan, const Dictionary& dictionary, Slot slots_end,
                           Need need);

/// The quality of a reading in a place, of 100.
unsigned quality_in(Place place, unsigned quality);

}  // namespace iwant::search
