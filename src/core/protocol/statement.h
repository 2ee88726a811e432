#pragma once

// What peers sign besides announcements: exact bytes, each kind beginning with what it is for, so
// that no signature can be passed off for another purpose (doc/protocol.md).

#include <cstdint>

#include "core/protocol/codec.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

/// "I follow this leader in this epoch." `sequence` rises with each that a peer signs, so that the
/// younger of two can be told.
Bytes registration_statement(const LeaderView& view, std::uint64_t sequence);

}  // namespace iwant::protocol
