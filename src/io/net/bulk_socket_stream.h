#pragma once

// The BulkStream over a real socket. Private to io/net: the transport makes one from an accepted
// connection.

#include <atomic>
#include <memory>
#include <span>

#include "core/protocol/codec.h"
#include "io/net/bulk_stream.h"
#include "io/net/socket.h"
#include "io/net/tls.h"

namespace iwant::net {

class BulkSocketStream final : public BulkStream {
  public:
    /// `tls` of an accepted connection is prepared for bulk. `lease` is only kept: the transport
    /// counts the streams of a peer by it.
    BulkSocketStream(Socket socket, Tls tls, const PeerId& peer, std::shared_ptr<const void> lease);

    const PeerId& peer() const override { return peer_; }
    Result<void> send(const protocol::Message& message) override;
    Result<void> send_piece(const protocol::PieceHeader& header,
                            std::span<const std::uint8_t> bytes) override;
    Result<void> send_raw(std::span<const std::uint8_t> bytes) override;
    Result<void> flush() override;
    Result<protocol::Message> receive(std::chrono::milliseconds timeout) override;
    Result<std::size_t> receive_some(std::span<std::uint8_t> into) override;
    void shut_down() override;

    /// The dialler's part of the beginning: handshake and both Hellos until `deadline`.
    Result<void> greet(const TlsContext& tls, const protocol::Hello& hello,
                       Clock::time_point deadline);

  private:
    Result<void> write(std::span<const std::uint8_t> bytes, Clock::time_point deadline);
    Result<void> write_all(std::span<const std::uint8_t> bytes);
    Result<void> send_written(Clock::time_point deadline);
    Result<std::size_t> read_some(std::span<std::uint8_t> into, Clock::time_point deadline);
    Result<void> read_exactly(std::span<std::uint8_t> into, Clock::time_point deadline);
    Result<std::optional<protocol::Message>> read_frame(
        Clock::time_point begins_before, std::optional<Clock::time_point> ends_before);
    Result<void> wait(Tls::Wait wait, Clock::time_point deadline);
    Error told(Error error) const;

    const Socket socket_;
    Tls tls_;
    const PeerId peer_;
    const std::shared_ptr<const void> lease_;
    std::atomic<bool> shut_down_ = false;
    protocol::Bytes outgoing_;  ///< frames that are not yet sent
    protocol::Bytes body_;
    std::size_t unknown_messages_ = 0;
};

}  // namespace iwant::net
