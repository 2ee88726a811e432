#pragma once

// Messages to bytes and back. A frame is a 4-byte big-endian length, then that many bytes of one
// protobuf `Frame` (proto/iwant.proto). Decoding enforces limits.h and the rules of
// doc/protocol.md; it is the only door by which a peer's bytes enter, and never allocates more than
// a small multiple of the frame.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

using Bytes = std::vector<std::uint8_t>;

/// The frame of a message, header included. ASSERTs that the message is within the limits: ours
/// always are.
Bytes encode_frame(const Message& message);

/// The size of a message's body; encode_frame takes up to kFrameBytesMax. For senders of long
/// lists, which cut them where it is more.
std::size_t encoded_bytes(const Message& message);

/// The body of one frame, without its header. ErrorCode::protocol for anything that is not a
/// well-formed message within the limits; a message of an unknown kind gives an empty optional and
/// is to be ignored.
Result<std::optional<Message>> decode_body(std::span<const std::uint8_t> body);

/// Cuts a byte stream into frame bodies. Holds no more than one frame and what one append brought,
/// as long as all bodies are taken before the next append.
class FrameReader {
  public:
    /// Appends what arrived. Fails (ErrorCode::protocol) when the header of the next frame
    /// announces 0 or more than kFrameBytesMax bytes, before anything is allocated for it; the
    /// stream is then unusable. Headers behind the next frame are looked at when it has been taken,
    /// for raw bytes may follow it.
    Result<void> append(std::span<const std::uint8_t> bytes);

    /// The next complete body, or nothing yet. Valid until the next call of append.
    std::optional<std::span<const std::uint8_t>> next_body();

    /// Whether a frame has begun and is not complete, for the frame deadline.
    bool in_frame() const;

    /// Takes what was received behind the last complete frame: raw piece bytes after a PieceHeader.
    Bytes take_rest();

  private:
    std::span<const std::uint8_t> rest() const;

    Bytes buffer_;
    std::size_t consumed_ = 0;  ///< bytes at the front of the buffer that have been taken
};

/// A message's kind in the words of doc/protocol.md ("search_request"), for logs.
const char* message_name(const Message& message);

}  // namespace iwant::protocol
