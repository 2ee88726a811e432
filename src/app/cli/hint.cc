#include "app/cli/hint.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace iwant::cli {

namespace {

constexpr std::size_t kTypedMax = 32;

// Levenshtein's distance, by rows (Wagner and Fischer, "The string-to-string correction problem",
// 1974).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row.back();
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
