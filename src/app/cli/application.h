#pragma once

// The program as a function: reads the command line, runs one command, and says how it ended.

#include <string>
#include <vector>

#include "app/cli/exit_code.h"
#include "app/cli/output.h"

namespace iwant::cli {

/// `arguments` are without the program's name. Throws nothing; ends nothing.
ExitCode run_program(std::vector<std::string> arguments, Output& output);

}  // namespace iwant::cli
