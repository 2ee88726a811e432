#pragma once

// Reads the text of config.toml, strictly: what is not understood is an error that names line and
// key, and nothing of a file with a mistake is used.

#include <string>
#include <string_view>

#include "app/daemon/config.h"
#include "base/result.h"

namespace iwant::daemon {

/// Puts what `text` says over `config`. `path` is only for messages.
Result<Config> read_config_text(std::string_view text, const std::string& path, Config config);

}  // namespace iwant::daemon
