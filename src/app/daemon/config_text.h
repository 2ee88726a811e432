#pragma once

// Writes config.toml: the commented file of the first start, and changes in place that leave
// everything else in it as the user wrote it.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/daemon/config.h"
#include "base/result.h"

namespace iwant::daemon {

/// The file of the first start: every key with its default in a comment, so that a default may
/// improve later.
std::string config_template(const Config& defaults);

/// A TOML text in quotes; fails for a path that is not UTF-8.
Result<std::string> toml_text(const std::string& text);
Result<std::string> toml_list(const std::vector<std::filesystem::path>& paths);

/// `text` with the value of a top-level key replaced, or added where its comment is. Comments and
/// order stay. Fails, naming `path`, when `text` is not TOML.
Result<std::string> with_value(std::string_view text, std::string_view key, std::string_view value,
                               const std::string& path);

}  // namespace iwant::daemon
