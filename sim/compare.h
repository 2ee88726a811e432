#pragma once

// Our peers beside two plain ways to notice a dead leader, in the same noise and with the same
// kills: "three missed beacons" (MissedBeacons) and the original's bully election (Bully).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/statistics.h"

namespace iwant::sim {

struct Comparison {
    std::uint64_t first = 1;
    std::size_t hosts = 8;
    std::uint64_t peer_hours = 1000;  ///< of noise, for each
    std::uint64_t kills = 200;        ///< of leaders, for each
    std::size_t jobs = 1;
};

/// Runs it all and prints one column for each.
void compare(const Comparison& comparison);

}  // namespace iwant::sim
