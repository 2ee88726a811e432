#pragma once

// Structs to the generated protobuf classes. No rules are applied here (check.h has them).

#include "core/protocol/messages.h"

namespace iwant::wire {
class Frame;
}

namespace iwant::protocol {

/// Fills an empty frame with the message.
void to_wire(const Message& message, wire::Frame& frame);

}  // namespace iwant::protocol
