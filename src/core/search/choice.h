#pragma once

// Chooses, of many candidates, the few that are worth a close look: those that pass the filter, one
// for each content, the best first. Nothing here reads a name, except where thousands are equal.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/search/candidates.h"
#include "core/search/entries.h"
#include "core/search/filter.h"
#include "core/search/plan.h"

namespace iwant::search {

/// Of so many candidates at most are names read for a filter, the best of them.
inline constexpr std::size_t kTextsMax = std::size_t{1} << 15;

struct Choice {
    struct Place {
        double score = 0;
        std::uint32_t copies = 0;
        UnixSeconds modified = 0;
        Slot slot = 0;
        bool in_name = true;
    };
    std::vector<Place> places;  ///< best first
    std::uint64_t total = 0;    ///< different contents among all candidates
};

/// Whether entries of this content are one result. Empty files are all alike and stay apart.
bool is_grouped(const Entries& entries, Slot slot);

/// At most `kept_max` places.
Choice choose(const Plan& plan, const Entries& entries, Filter& filter,
              std::vector<Candidate> candidates, std::size_t kept_max);

/// Best first: by score, then more copies, newer, and path.
void sort_places(const Entries& entries, std::vector<Choice::Place>& places);

}  // namespace iwant::search
