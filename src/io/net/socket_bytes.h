#pragma once

// Bytes into and out of a socket that does not wait. Private to io/net.

#include <cstddef>
#include <cstdint>
#include <span>

namespace iwant::net {

struct Moved {
    std::size_t bytes = 0;  ///< 0 without error and end: none now
    int error = 0;          ///< errno
    bool at_end = false;    ///< the peer sends no more
};

/// A peer that is gone is an error, not a signal.
Moved send_some(int descriptor, std::span<const std::uint8_t> bytes);
Moved receive_some(int descriptor, std::span<std::uint8_t> into);

}  // namespace iwant::net
