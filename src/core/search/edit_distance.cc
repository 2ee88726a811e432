#include "core/search/edit_distance.h"

#include <algorithm>
#include <array>

namespace iwant::search {
namespace {

constexpr unsigned kFar = 1000;
using Row = std::array<unsigned, kTypoLetters + 1>;

// A gap beside an equal letter is a doubled one.
unsigned gap_cost(std::u32string_view word, std::size_t at) {
    const bool doubled =
        (at > 0 && word[at - 1] == word[at]) || (at + 1 < word.size() && word[at + 1] == word[at]);
    return doubled ? kDoubledCost : kGapCost;
}

unsigned best_step(std::u32string_view typed, std::u32string_view real, std::size_t i,
                   std::size_t j, const Row& before, const Row& above, const Row& row) {
    const bool equal = typed[i - 1] == real[j - 1];
    unsigned best = above[j - 1] + (equal ? 0 : kSubstitutionCost);
    best = std::min(best, above[j] + gap_cost(typed, i - 1));
    best = std::min(best, row[j - 1] + gap_cost(real, j - 1));
    const bool swapped =
        i > 1 && j > 1 && !equal && typed[i - 1] == real[j - 2] && typed[i - 2] == real[j - 1];
    return swapped ? std::min(best, before[j - 2] + kSwapCost) : best;
}

}  // namespace

unsigned typo_cost_max(std::size_t typed, std::size_t real) {
    const std::size_t letters = (typed + real + 1) / 2;
    if (letters < 3) return 0;
    if (letters == 3) return kSwapCost;
    if (letters <= 5) return kSubstitutionCost;
    if (letters == 6) return kSubstitutionCost + kDoubledCost;
    if (letters < 12) return 2 * kSubstitutionCost;
    return 2 * kSubstitutionCost + kDoubledCost;
}

std::optional<unsigned> typo_cost(std::u32string_view typed, std::u32string_view real,
                                  unsigned cost_max) {
    if (typed.size() > kTypoLetters || real.size() > kTypoLetters) return std::nullopt;
    const std::size_t band = cost_max / kDoubledCost;
    const std::size_t difference =
        typed.size() > real.size() ? typed.size() - real.size() : real.size() - typed.size();
    if (difference > band) return std::nullopt;

    std::array<Row, 3> rows;
    for (Row& row : rows) row.fill(kFar);
    rows[0][0] = 0;
    for (std::size_t j = 1; j <= std::min(real.size(), band); ++j) {
        rows[0][j] = rows[0][j - 1] + gap_cost(real, j - 1);
    }
    for (std::size_t i = 1; i <= typed.size(); ++i) {
        Row& row = rows[i % 3];
        const Row& above = rows[(i + 2) % 3];
        const Row& before = rows[(i + 1) % 3];
        const std::size_t first = i > band ? i - band : 0;
        const std::size_t last = std::min(real.size(), i + band);
        if (first > 0) row[first - 1] = kFar;
        if (last < real.size()) row[last + 1] = kFar;
        unsigned lowest = kFar;
        for (std::size_t j = first; j <= last; ++j) {
            row[j] = j == 0 ? above[0] + gap_cost(typed, i - 1)
                            : best_step(typed, real, i, j, before, above, row);
            lowest = std::min(lowest, row[j]);
        }
        // A swap reaches back two rows, and costs more than nothing.
        if (lowest > cost_max + kSwapCost) return std::nullopt;
    }
    const unsigned cost = rows[typed.size() % 3][real.size()];
    return cost <= cost_max ? std::optional(cost) : std::nullopt;
}

}  // namespace iwant::search
