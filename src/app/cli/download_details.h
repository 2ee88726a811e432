#pragma once

// One download as people look at it closely: where it stands, what comes from whom, how far each of
// its files is.

#include <string>
#include <vector>

#include "app/cli/json_view.h"
#include "app/cli/output.h"

namespace iwant::cli {

/// Of a download as the API tells it.
std::vector<std::string> detail_lines(const Object& download);
/// Of its files, in the order of the API: a table on a terminal; else bytes done, size and path
/// between tabs.
std::vector<std::string> file_lines(const Array& files, const Terminal& terminal);

}  // namespace iwant::cli
