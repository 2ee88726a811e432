#pragma once

// Finds the two words that were typed as one: "siliconvalley", and with a typo in either half.

#include <string_view>
#include <vector>

#include "core/search/dictionary.h"
#include "core/search/plan.h"

namespace iwant::search {

enum class Effort : std::uint8_t { as_typed, with_typos };

/// Pairs of words of which some entry has both, best first. Looks at a bounded number of them.
std::vector<PairReading> split_word(std::string_view typed, const Dictionary& dictionary,
                                    Effort effort);

}  // namespace iwant::search
