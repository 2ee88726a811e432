#pragma once

// Hexadecimal, both ways.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace iwant {

/// Two lower-case digits a byte.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Fills `bytes` from exactly twice as many digits of either case; false when `digits` is not that.
bool hex_decode(std::string_view digits, std::span<std::uint8_t> bytes);

/// Whether all of a non-empty text is hexadecimal digits.
bool is_hex(std::string_view text);

}  // namespace iwant
