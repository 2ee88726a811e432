#pragma once

// The command line of iwanto-sim.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/world.h"

namespace iwant::sim {

struct Arguments {
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    std::size_t jobs = 1;
    bool until_failure = false;  ///< the first failure ends the run
    bool shrink = true;          ///< a failure is made smaller
    Settings settings;
    RunOptions options;
};

/// What people get to read when it cannot be read.
extern const char* const kUsage;

Result<Arguments> parse_arguments(int argc, char** argv);

}  // namespace iwant::sim
