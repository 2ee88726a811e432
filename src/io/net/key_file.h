#pragma once

// A small secret on disk: made safely, read only while nobody else can have touched it. The rules
// are those of doc/security.md, "The key file".

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace iwant::net {

inline constexpr std::size_t kKeyFileBytesMax = 16 * 1024;

/// The content of the file; an empty optional when nothing is there. Fails for anything but a
/// regular file of this user that nobody else may read or write, and says how to mend that.
Result<std::optional<std::string>> read_key_file(const std::filesystem::path& path);

/// Makes the file (0600) durably with this content. ErrorCode::already_exists when something is
/// there; nothing that exists is ever replaced.
Result<void> create_key_file(const std::filesystem::path& path, std::string_view content);

}  // namespace iwant::net
