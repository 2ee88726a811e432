#pragma once

// A folder of a peer as lines: a table for people, columns between tabs for programs.

#include <string>
#include <vector>

#include "app/cli/json_view.h"
#include "app/cli/output.h"
#include "base/time.h"

namespace iwant::cli {

/// `listing` as POST /api/browse answers it.
std::vector<std::string> browse_lines(const Object& listing, const Terminal& terminal,
                                      UnixSeconds now);

/// In single quotes, as a shell takes it for one word.
std::string quoted_for_shell(const std::string& text);

}  // namespace iwant::cli
