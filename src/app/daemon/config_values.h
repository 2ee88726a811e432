#pragma once

// What a setting may be, whichever of file, environment and flags it comes from.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace iwant::daemon {

inline constexpr std::size_t kNameBytesMax = 64;
inline constexpr std::size_t kListItemsMax = 1000;
inline constexpr unsigned kParallelDownloadsMax = 32;
inline constexpr unsigned kUploadSlotsMax = 256;
inline constexpr std::size_t kConfigBytesMax = std::size_t{1} << 20;
inline constexpr std::string_view kConfigFile = "config.toml";

// The errors' operation is empty: the caller knows where the value came from.

/// 1 to 64 bytes of UTF-8, without control characters.
Result<std::string> check_name(const std::string& name);
/// 1 to 65535.
Result<std::uint16_t> check_port(std::int64_t port);
/// The same from text, all of which must be the number.
Result<std::uint16_t> parse_port(const std::string& text);
/// "host" or "host:port", IPv6 in brackets when a port follows.
Result<std::string> check_peer_address(const std::string& address);
/// Absolute or beginning with "~": what does not depend on where the program is started.
Result<std::filesystem::path> configured_path(const std::string& text);

}  // namespace iwant::daemon
