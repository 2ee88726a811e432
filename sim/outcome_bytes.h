#pragma once

// The outcome of a run as bytes, from a worker process to the one that counts.

#include <string>
#include <string_view>

#include "sim/world.h"

namespace iwant::sim {

std::string to_bytes(const Outcome& outcome);
Outcome outcome_from(std::string_view bytes);

}  // namespace iwant::sim
