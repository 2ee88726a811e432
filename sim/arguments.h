#pragma once

// The command line of iwanto-sim.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace iwant::sim {

struct Arguments {
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    std::optional<std::size_t> hosts;
    std::optional<std::uint64_t> peer_hours;  ///< of noise instead of faults
    std::optional<std::uint64_t> chaos_s;     ///< of a seed, instead of what it draws
    std::optional<std::uint64_t> calm_s;      ///< at the end of a seed
    std::size_t jobs = 1;
    bool until_failure = false;    ///< the first failure ends the run
    bool shrink = true;            ///< a failure is made smaller
    bool verbose = false;          ///< a single seed or scenario tells its whole story
    bool compare = false;          ///< with two plain detectors
    bool cold_start = false;       ///< of all hosts at once, until everybody has all
    bool crowd = false;            ///< all hosts at once, which then lose their leader
    std::uint64_t entries = 1000;  ///< that each host of a cold start shares
    std::vector<std::string> scenarios;
    bool rewrite = false;  ///< the scenarios' expectations
};

/// What people get to read when it cannot be read.
extern const char* const kUsage;

Result<Arguments> parse_arguments(int argc, char** argv);

}  // namespace iwant::sim
