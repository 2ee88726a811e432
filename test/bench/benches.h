#pragma once

// What iwanto-bench measures inside one process. Each prints one JSON object; bench.py makes tables
// of them.

#include <cstddef>

namespace iwant::bench {

/// The search index with so many made-up names. The exit code.
int search_bench(std::size_t names);
/// Seals of so many made-up entries; figures for each 10,000 of them.
int seals_bench(std::size_t entries);

}  // namespace iwant::bench
