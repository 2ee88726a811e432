#pragma once

// The rules of limits.h and doc/protocol.md applied to messages as structs. Written once and used
// both ways: what breaks a rule is refused when it comes from a peer, and is a bug when it is ours.

#include <string_view>

#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

/// ErrorCode::protocol and the rule that the message breaks.
Result<void> check_message(const Message& message);

/// Whether a host is a numeric IPv4 address, or a numeric IPv6 address with an optional "%scope".
bool is_numeric_host(std::string_view host);

}  // namespace iwant::protocol
