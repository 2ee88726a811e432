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

/// Puts the next part of a folder behind what there is of it; the whole is as old as its oldest
/// part.
void append_part(Object& whole, const Object& part);

/// What has to be said beside them: that the peer is away and of when the listing is.
std::vector<std::string> browse_remarks(const Object& listing, UnixSeconds now);

/// In single quotes, as a shell takes it for one word.
std::string quoted_for_shell(const std::string& text);

}  // namespace iwant::cli
