#pragma once

// What doctor found, for people: the facts by interface and by peer, and at the end the one
// sentence that says what is wrong.

#include <string>
#include <vector>

#include "app/cli/json_view.h"

namespace iwant::cli {

/// `report` is the service's answer. The last line is the sentence, or the command that mends it.
std::vector<std::string> doctor_lines(const Object& report);

}  // namespace iwant::cli
