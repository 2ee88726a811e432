#pragma once

// Who is here, for `peers` and for `browse` without a name.

#include "app/cli/command.h"
#include "app/cli/service.h"

namespace iwant::cli {

ExitCode show_peers(const Service& service, Output& output, Form form);

}  // namespace iwant::cli
