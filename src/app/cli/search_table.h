#pragma once

// Search results as people and as scripts read them.

#include <string>
#include <vector>

#include "app/cli/json_view.h"
#include "app/cli/output.h"
#include "base/time.h"

namespace iwant::cli {

/// A table on a terminal, with the words (as words_to_mark has them) emphasised; else row, hash,
/// kind, size, modified, sources and path between tabs.
std::vector<std::string> search_lines(const Object& report, const Terminal& terminal,
                                      UnixSeconds now, std::vector<std::string> words = {});

/// What was searched for instead, and what was typed to no effect.
std::vector<std::string> remark_lines(const Object& report);

/// "INCOMPLETE: 2 of 3 peers covered"; empty for a complete answer.
std::string coverage_text(const Object& report);
/// What --verify found; empty when it was not asked for.
std::vector<std::string> verification_lines(const Object& report);

}  // namespace iwant::cli
