#pragma once

// The listings of a folder's plan, made again from its files: whoever downloads a folder can tell
// others what is in it, though only the plan was kept.

#include <map>

#include "base/content.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

/// Every folder of the plan, its root included, by its id; equal folders are there once. Empty for
/// the plan of a file.
std::map<TreeId, TreeListing> listings_of(const Plan& plan);

}  // namespace iwant::swarm
