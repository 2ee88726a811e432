#include "app/cli/hint.h"

#include <algorithm>
#include <vector>

namespace iwant::cli {

namespace {

constexpr std::size_t kTypedMax = 32;

// Damerau's distance in its restricted form (optimal string alignment): two letters in the wrong
// order are one mistake.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> steps(a.size() + 1,
                                                std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) steps[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) steps[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = steps[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
            }
        }
    }
    return steps[a.size()][b.size()];
}

}  // namespace

std::optional<std::string_view> closest_word(std::string_view typed,
                                             std::span<const std::string_view> known) {
    if (typed.empty() || typed.size() > kTypedMax) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = typed.size() <= 4 ? 2 : 3;  // this far is not close any more
    for (const std::string_view word : known) {
        if (typed.size() >= 3 && word.starts_with(typed)) return word;
        const std::size_t steps = distance(typed, word);
        if (steps >= best_distance) continue;
        best = word;
        best_distance = steps;
    }
    return best;
}

}  // namespace iwant::cli
