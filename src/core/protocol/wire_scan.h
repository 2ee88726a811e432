#pragma once

// A look over a frame's bytes before protobuf builds objects from them. An empty list element is 2
// bytes on the wire and a hundred in memory, so the lengths of lists are checked while they are
// still bytes.

#include <cstdint>
#include <span>

namespace iwant::protocol {

/// Whether no list in the frame has more elements than limits.h allows. False too where the bytes
/// are not protobuf. Counts as a parser would: over all occurrences of a field, in whatever order.
bool lists_within_limits(std::span<const std::uint8_t> body);

}  // namespace iwant::protocol
