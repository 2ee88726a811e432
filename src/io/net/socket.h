#pragma once

// The few things that both sides of a connection ask of a bare socket. Private to io/net.

#include <chrono>
#include <stop_token>
#include <utility>

#include "base/result.h"
#include "core/protocol/messages.h"

namespace iwant::net {

using Clock = std::chrono::steady_clock;

/// Owns an open socket.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket();
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;
    int descriptor() const { return descriptor_; }
    /// Ends both directions: blocked calls of any thread return. The descriptor stays taken.
    void shut_down() const;

  private:
    int descriptor_ = -1;
};

enum class Readiness { readable, writable };

/// Waits for it. ErrorCode::timeout when `deadline` passes first.
Result<void> wait_for(int descriptor, Readiness readiness, Clock::time_point deadline);

/// Connects to a numeric address without blocking beyond the deadline, nor beyond a request to stop
/// (ErrorCode::cancelled); the socket stays non-blocking.
Result<Socket> connect_to(const protocol::Address& address, Clock::time_point deadline,
                          const std::stop_token& stop = {});

/// Small messages go at once, and a peer that vanished without a word is noticed.
void set_session_options(int descriptor);

/// For streams that carry megabytes over a local network: no pacing, where the system lets us
/// choose.
void set_bulk_options(int descriptor);

}  // namespace iwant::net
