#pragma once

// Whom we may dial when the user named interfaces: an address of another network of this computer
// is left alone, whoever told it. Without names every address may be dialled.

#include <string>
#include <vector>

#include "io/platform/interfaces.h"

namespace iwant::daemon {

/// `interfaces` are all of this computer, `named` what the user named (names or addresses). A
/// numeric `host` may be dialled when it lies on the link of a named interface, or on no link at
/// all and one of the named leads further than this computer. Names of hosts were typed by the
/// user.
bool may_dial(const std::string& host, const std::vector<std::string>& named,
              const std::vector<platform::Interface>& interfaces);

/// Whether the user means this interface.
bool is_named(const platform::Interface& interface, const std::string& name);

}  // namespace iwant::daemon
