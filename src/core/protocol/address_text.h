#pragma once

// Addresses as people write and read them: "192.0.2.7:4926", "[fe80::1%eth0]:4926".

#include <cstdint>
#include <string>

#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

/// I-W-A-N on the keys of a telephone: TCP and UDP, unless a peer says otherwise.
inline constexpr std::uint16_t kUsualPort = 4926;

/// Nothing in it moves a cursor, whoever told the address.
std::string to_string(const Address& address);
/// Reads "host:port", "[v6]:port", or a host alone (kUsualPort).
Result<Address> parse_address(const std::string& text);

}  // namespace iwant::protocol
