#pragma once

// How far a typed word is from a real one. The distance is the optimal string alignment distance
// (Damerau 1964, each pair of letters swapped at most once), weighted by how easily fingers slip:
// swapping neighbours and doubling a letter cost less than a wrong letter.

#include <cstddef>
#include <optional>
#include <string_view>

namespace iwant::search {

inline constexpr unsigned kSubstitutionCost = 10;
inline constexpr unsigned kNeighbourCost = 8;  ///< a wrong letter from beside the right key
inline constexpr unsigned kSubstitutionCostMin = kNeighbourCost;
inline constexpr unsigned kGapCost = 9;          ///< a letter missing or too many
inline constexpr unsigned kSwapCost = 7;         ///< two neighbours swapped
inline constexpr unsigned kDoubledCost = 6;      ///< a letter doubled, or a double letter halved
inline constexpr std::size_t kTypoLetters = 32;  ///< longer words are compared exactly only

/// The cost up to which a word of `typed` letters is taken for one of `real` letters; 0 for words
/// too short to tell a typo from another word.
unsigned typo_cost_max(std::size_t typed, std::size_t real);

/// The cost of turning one word into the other; nothing when it is above `cost_max` or either is
/// longer than kTypoLetters. Bounded by (length * width of the band).
std::optional<unsigned> typo_cost(std::u32string_view typed, std::u32string_view real,
                                  unsigned cost_max);

/// Likewise for turning `typed` into the beginning of the other that is nearest.
std::optional<unsigned> typo_cost_of_prefix(std::u32string_view typed, std::u32string_view real,
                                            unsigned cost_max);

}  // namespace iwant::search
