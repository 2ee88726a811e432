#pragma once

// The daemon's Logger: a file in the state folder that is rotated before it grows large. A full
// disk costs lines, never the service.

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "base/result.h"

namespace iwant::daemon {

inline constexpr std::size_t kLogFileBytesMax = std::size_t{5} << 20;
inline constexpr std::size_t kOldLogFilesMax = 2;  ///< beside the one that is written

/// Opens, or goes on with, a log file (0600). Says everything from `info` on, or from what
/// IWANT_LOG names: debug, info, warning or error.
Result<std::unique_ptr<Logger>> open_log(const std::filesystem::path& file,
                                         std::size_t bytes_max = kLogFileBytesMax);

}  // namespace iwant::daemon
