#pragma once

// What 'iwanto help' says.

#include <string>
#include <vector>

#include "app/cli/command.h"

namespace iwant::cli {

std::vector<std::string> help_of_all();
std::vector<std::string> help_of(const CommandInfo& command);

}  // namespace iwant::cli
