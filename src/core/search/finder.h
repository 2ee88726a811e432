#pragma once

// One search from query to answer: first what was typed, then close spellings, then entries with
// some words missing, each step only when the one before found less than was asked for.

#include <cstddef>
#include <vector>

#include "base/query.h"
#include "core/search/choice.h"
#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/filter.h"
#include "core/search/index.h"
#include "core/search/plan.h"
#include "core/search/scoring.h"

namespace iwant::search {

/// Borrows both.
class Finder {
  public:
    Finder(const Dictionary& dictionary, const Entries& entries)
        : dictionary_(dictionary), entries_(entries) {}

    Answer search(const Query& query) const;
    /// The match of this entry's content with all its sources, all equally good.
    Match match_of_content(Slot slot) const { return match_at(slot, nullptr, nullptr); }

  private:
    Choice choose_by_words(const Query& query, Filter& filter, Plan& plan) const;
    Choice choose_by_filter(const Query& query, Filter& filter, const Plan& plan) const;
    void score(Choice& choice, Scorer& scorer) const;
    Match match_at(Slot best, Scorer* scorer, Filter* filter) const;
    std::vector<Match> matches_of(const Choice& choice, Scorer* scorer, Filter& filter,
                                  std::size_t limit) const;

    const Dictionary& dictionary_;
    const Entries& entries_;
};

}  // namespace iwant::search
