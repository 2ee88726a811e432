#pragma once

// Where to listen when the user names interfaces.

#include <string>
#include <vector>

#include "base/result.h"

namespace iwant::daemon {

/// The numeric addresses of the interfaces that are named (by name or by one of their addresses);
/// empty, which means all, when none is named. An unknown name is an error that lists those there
/// are.
Result<std::vector<std::string>> listen_addresses(const std::vector<std::string>& interfaces);

}  // namespace iwant::daemon
