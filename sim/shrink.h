#pragma once

// Makes a failing plan smaller while it fails for the same reason: fewer faults (Zeller,
// Hildebrandt: "Simplifying and isolating failure-inducing input", 2002), fewer hosts, a better
// network, a shorter run.

#include <cstddef>
#include <functional>
#include <vector>

#include "sim/plan.h"

namespace iwant::sim {

/// Which of these plans, the first in order, still fails for the same reason; their number when
/// none does. It may try several at a time.
using FirstFailing = std::function<std::size_t(const std::vector<Plan>& plans)>;

struct Shrunk {
    Plan plan;
    std::size_t tried = 0;  ///< plans
};

/// `plan` fails. Tries at most about `tries_max` plans.
Shrunk shrink(Plan plan, std::size_t tries_max, const FirstFailing& first_failing);

}  // namespace iwant::sim
