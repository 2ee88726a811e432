#pragma once

// What `status` and `peers` show people.

#include <string>
#include <vector>

#include "app/cli/json_view.h"
#include "app/cli/output.h"
#include "base/time.h"

namespace iwant::cli {

std::vector<std::string> status_lines(const Object& status);

/// A table on a terminal; else id, name, address, online, files, bytes and version between tabs.
std::vector<std::string> peer_lines(const Array& peers, const Terminal& terminal, UnixSeconds now);

}  // namespace iwant::cli
