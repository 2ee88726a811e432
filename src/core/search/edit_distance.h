#pragma once

// How far a typed word is from a real one. The distance is the optimal string alignment distance
// (Damerau 1964, each pair of letters swapped at most once), weighted by how easily fingers slip:
// swapping neighbours and doubling a letter cost less than a wrong letter.

#include <array>
#include <cstddef>
#include <cstdint>
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

/// A typed word, made ready to be compared with very many: tells at a few instructions a letter
/// which of them need their cost computed. (Bit-parallel optimal string alignment distance: Myers
/// 1999, Hyyro 2003.)
class TypoPattern {
  public:
    /// At most kTypoLetters letters.
    explicit TypoPattern(std::u32string_view typed);

    /// Whether `edits` insertions, removals, substitutions and swaps may make the word of it; true
    /// for words that are not ASCII.
    bool is_near(std::string_view word, unsigned edits) const;
    /// Likewise for the beginning of the word that is nearest.
    bool is_near_beginning(std::string_view word, unsigned edits) const;

  private:
    unsigned distance(std::string_view word, std::size_t end_first) const;

    std::array<std::uint64_t, 128> places_{};  ///< by letter: a bit for each place it has
    std::size_t size_;
};

}  // namespace iwant::search
