#pragma once

// One TLS connection for moving pieces: blocking calls with deadlines on a worker's thread, its own
// read and write loop on the socket, large buffers. Both Hellos are exchanged before anybody sees
// one.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

#include "base/ids.h"
#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::net {

class TlsContext;

class BulkStream {
  public:
    /// Connects within kConnectTimeout, proves both identities and exchanges Hellos within
    /// kHandshakeTimeout. Fails when somebody else than `expected` answers, and soon, with
    /// ErrorCode::cancelled, when `stop` is requested meanwhile.
    static Result<std::shared_ptr<BulkStream>> dial(const TlsContext& tls,
                                                    const protocol::Address& address,
                                                    const PeerId& expected,
                                                    const protocol::Hello& hello,
                                                    const std::stop_token& stop = {});
    virtual ~BulkStream() = default;

    virtual const PeerId& peer() const = 0;

    /// Queues a message. What is queued is sent when it has become much, by flush(), and before a
    /// receive waits.
    virtual Result<void> send(const protocol::Message& message) = 0;
    /// A PieceHeader with its bytes. Small pieces are queued like messages, others sent at once,
    /// without copying them.
    virtual Result<void> send_piece(const protocol::PieceHeader& header,
                                    std::span<const std::uint8_t> bytes) = 0;
    /// Bytes behind a PieceHeader that went through send(): sent at once with what is queued. For
    /// pieces that may leave bit by bit only.
    virtual Result<void> send_raw(std::span<const std::uint8_t> bytes) = 0;
    virtual Result<void> flush() = 0;

    /// The next message. ErrorCode::timeout when nothing at all arrives for so long; network when
    /// the peer is gone, cancelled after shut_down().
    virtual Result<protocol::Message> receive(std::chrono::milliseconds timeout) = 0;
    /// Some of the raw bytes behind a PieceHeader, one at least: what is there of them.
    /// ErrorCode::timeout when nothing comes for kBulkStallTimeout.
    virtual Result<std::size_t> receive_some(std::span<std::uint8_t> into) = 0;
    /// Exactly as many as `into` holds.
    Result<void> receive_raw(std::span<std::uint8_t> into);

    /// Makes blocked and later calls fail with ErrorCode::cancelled. Any thread.
    virtual void shut_down() = 0;
};

}  // namespace iwant::net
