#pragma once

// The generated protobuf classes to structs. Refuses what the structs cannot hold: ids of a wrong
// length, numbers that do not fit, values that no enumeration has. All other rules are in check.h.

#include <optional>

#include "core/protocol/messages.h"

namespace iwant::wire {
class Frame;
}

namespace iwant::protocol {

/// Nothing when a value does not fit. The frame must hold a message of a known kind.
std::optional<Message> from_wire(const wire::Frame& frame);

}  // namespace iwant::protocol
