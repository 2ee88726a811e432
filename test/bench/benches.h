#pragma once

// What iwanto-bench measures inside one process. bench.py makes tables of what it prints.

#include <cstddef>
#include <optional>
#include <string>

namespace iwant::bench {

struct SearchOptions {
    std::size_t count = 1'000'000;       ///< of names: made up, or the most taken from the file
    std::size_t searches = 1000;         ///< of each kind that is made up
    std::optional<std::string> names;    ///< a file with a path on each line
    std::optional<std::string> queries;  ///< a file with a query on each line
    bool json = false;                   ///< a line for each query of the file
    bool contents = false;               ///< every name has a content of its own
};

/// The search index with these names: what it costs to build, hold and change, and how fast and how
/// well it answers. The exit code.
int search_bench(const SearchOptions& options);
/// Seals of so many made-up entries; figures for each 10,000 of them.
int seals_bench(std::size_t entries);

}  // namespace iwant::bench
