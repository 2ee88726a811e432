#pragma once

// What a failing run tells: the seed and the commit, why, the end of its story, and a smaller
// scenario that fails for the same reason, kept as a file.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "sim/plan.h"
#include "sim/world.h"

namespace iwant::sim {

/// Runs a plan in a process of its own: one that breaks off is a failure, too ("broken").
Outcome run_apart(const Plan& plan);
/// The outcome of a worker's bytes, or of a worker that died.
Outcome outcome_of(const std::optional<std::string>& result);

/// The end of the story of a plan's run, or all of it; one line each, with times.
void print_story(const Plan& plan, std::size_t lines_max);

/// Makes a failing plan smaller, tells its story and writes it to `folder`. `jobs` processes.
void print_shrunk(const Plan& plan, const Failure& failure, const std::string& folder,
                  std::size_t jobs);

}  // namespace iwant::sim
