#pragma once

// Where a query that has no words, or too common ones, finds entries: in the lists of what its
// filters name. Each answer is bounded and in order of slot; it may be short of some that pass.

#include <vector>

#include "base/query.h"
#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/filter.h"

namespace iwant::search {

/// Those with the words of the query's folders and phrases, as beginnings and parts of words, too.
std::vector<Slot> likely_by_text(const Query& query, const Dictionary& dictionary,
                                 const Entries& entries);

/// For a query without words: by owner, by text, by extension, whichever it has first; else those
/// of its types that came last.
std::vector<Slot> likely_by_filter(const Query& query, const Filter& filter,
                                   const Dictionary& dictionary, const Entries& entries);

}  // namespace iwant::search
