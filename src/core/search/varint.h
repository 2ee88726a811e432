#pragma once

// Numbers in as few bytes as they need (LEB128), for records in memory; never for foreign bytes,
// since reading trusts them.

#include <cstdint>
#include <string>

namespace iwant::search {

inline void append_varint(std::uint64_t value, std::string& bytes) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
    bytes.push_back(static_cast<char>(value));
}

/// Leaves `byte` behind the number.
inline std::uint64_t read_varint(const std::uint8_t*& byte) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (; *byte >= 0x80; shift += 7) value |= static_cast<std::uint64_t>(*byte++ & 0x7F) << shift;
    return value | static_cast<std::uint64_t>(*byte++) << shift;
}

/// Small numbers of either sign as small ones without.
inline std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

}  // namespace iwant::search
