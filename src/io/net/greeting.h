#pragma once

// The first message on every connection, and what it must say before anything else is believed.
// Shared by control sessions and bulk streams. Private to io/net.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "core/protocol/messages.h"

namespace iwant::net {

/// A first frame is never longer, so that strangers cost little.
inline constexpr std::size_t kGreetingBytesMax = 4096;
/// A newer peer may say a few things that we do not know.
inline constexpr std::size_t kUnknownMessagesMax = 100;

/// The body's size that a frame header announces; ErrorCode::protocol unless it is 1 to
/// `bytes_max`.
Result<std::size_t> frame_body_size(
    const std::array<std::uint8_t, protocol::kFrameHeaderBytes>& header, std::size_t bytes_max);

/// Whether a first message is a Hello of this peer, for this purpose, in our version of the
/// protocol.
Result<void> check_greeting(const std::optional<protocol::Message>& message, const PeerId& proven,
                            std::optional<protocol::StreamPurpose> purpose);

/// "stopping", for reasons that people read.
std::string to_text(protocol::Goodbye::Reason reason);

}  // namespace iwant::net
