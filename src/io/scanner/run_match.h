#pragma once

// Matching with runs: a pattern some of whose items stand for any number of what is matched, like
// '*' in a name or "**" in a path. At most the product of the two lengths in steps.

#include <cstddef>
#include <optional>

namespace iwant::scanner {

/// `is_run(item)` says which of the pattern's `items` are runs, `fits(item, at)` whether another
/// one stands for what is at `at`, of `length`.
template <class IsRun, class Fits>
bool matches_with_runs(std::size_t items, std::size_t length, const IsRun& is_run,
                       const Fits& fits) {
    std::size_t item = 0;
    std::size_t at = 0;
    std::optional<std::size_t> run;
    std::size_t run_end = 0;
    while (at < length) {
        if (item < items && is_run(item)) {
            run = item++;
            run_end = at;
        } else if (item < items && fits(item, at)) {
            ++item;
            ++at;
        } else if (run) {
            // Only the last run need take more: what an earlier one could gain, this one can too.
            item = *run + 1;
            at = ++run_end;
        } else {
            return false;
        }
    }
    while (item < items && is_run(item)) ++item;
    return item == items;
}

}  // namespace iwant::scanner
