#pragma once

// Where things live on this system, and paths as people type them.

#include <filesystem>
#include <string>

#include "base/result.h"

namespace iwant::platform {

/// The user's home folder; fails when the system names none.
Result<std::filesystem::path> home_folder();

/// Where the state is when neither --home nor IWANT_HOME says: ~/.iwant, %APPDATA%\.iwant on
/// Windows.
Result<std::filesystem::path> default_state_folder();

/// Absolute, with "~", "." and ".." resolved, symlinks resolved as far as the path exists.
Result<std::filesystem::path> resolve(const std::string& typed);

/// Whether `inner` is `outer` or lies below it; both resolved.
bool is_same_or_below(const std::filesystem::path& inner, const std::filesystem::path& outer);

/// The name of this computer, for people.
std::string host_name();

/// An environment variable, empty when it is not set.
std::string environment(const char* name);

/// Makes a folder for this user only (0700). Fails when it is a symlink, is not this user's, or
/// others may write in it, and says how to mend that.
Result<void> make_private_folder(const std::filesystem::path& path);

}  // namespace iwant::platform
