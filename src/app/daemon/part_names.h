#pragma once

// Whether a file system can hold the names of a download beside each other: some take README and
// readme for the same, and one of the two would be lost.

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

/// Two paths of a plan that differ only by what such a file system ignores: case and the form of
/// accents.
std::optional<std::pair<std::string, std::string>> names_alike(const swarm::Plan& plan);

/// Asks the file system by making a file in `folder`, an empty one of ours, and removing it again.
Result<bool> ignores_case(const platform::Folder& folder);

/// An error that names two names when it cannot hold both.
Result<void> check_names(const platform::Folder& folder, const swarm::Plan& plan);

}  // namespace iwant::daemon
