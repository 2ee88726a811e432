#pragma once

// What kind of file system a folder lies on, as far as watching it is concerned.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace iwant::platform {

/// The name of a file system on which changes are made behind the system's back ("nfs"), by other
/// computers mostly: watches do not tell of those. Nothing for a disk of this computer, and when it
/// cannot be found out.
std::optional<std::string> remote_file_system(const std::filesystem::path& folder);

/// The same by the system's number for it (statfs(2), linux/magic.h).
std::optional<std::string> remote_file_system_of_type(std::uint32_t type);

}  // namespace iwant::platform
