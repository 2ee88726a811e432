#pragma once

// All TCP of a peer on one port: listens, dials, proves identities (TLS 1.3, mutual,
// doc/security.md), exchanges Hellos, and then keeps the control sessions: frames in, frames out,
// deadlines and caps on everything. Runs on the event thread. A connection whose Hello says `bulk`
// is handed over to a worker as a BulkStream.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "core/protocol/limits.h"
#include "core/protocol/messages.h"
#include "io/net/bulk_stream.h"
#include "io/net/identity.h"

namespace boost::asio {
class io_context;
}

namespace iwant::net {

/// TLS settings with our key and certificate; shared by all connections, usable from any thread.
class TlsContext {
  public:
    /// A key of ours encrypts `records_per_key` records (of 16 KiB at most), then it is replaced:
    /// half of what RFC 8446, 5.5 allows, and less.
    static Result<std::unique_ptr<TlsContext>> create(const Identity& identity,
                                                      std::uint64_t records_per_key = 1u << 23);
    struct Native;
    explicit TlsContext(std::unique_ptr<Native> native);
    ~TlsContext();
    const Native& native() const { return *native_; }

  private:
    std::unique_ptr<Native> native_;
};

/// What a transport needs to know and whom it tells. All calls come on the event thread, never from
/// inside a call of Transport.
class TransportListener {
  public:
    virtual ~TransportListener() = default;
    /// Our Hello for a session that opens now (`purpose` is set by the transport).
    virtual protocol::Hello make_hello() = 0;
    /// `key` is the peer's, proven; `address` is where it listens; `took` is how long ago the
    /// machines connected. A session told here is told closed exactly once.
    virtual void session_opened(SessionId session, const PublicKey& key,
                                const protocol::Address& address, bool dialled_by_us,
                                const protocol::Hello& hello, Duration took) = 0;
    virtual void session_closed(SessionId session, const std::string& reason) = 0;
    virtual void message_received(SessionId session, protocol::Message message) = 0;
    /// The machine at `address` took the connection; who answers there is still to be seen.
    virtual void dial_reached(const protocol::Address& address,
                              const std::optional<PeerId>& expected) = 0;
    /// `found`: who answered there instead (it may be ourselves); only a hint when somebody was
    /// expected, since a refused handshake proves nothing.
    virtual void dial_failed(const protocol::Address& address,
                             const std::optional<PeerId>& expected,
                             const std::optional<PeerId>& found, const Error& error) = 0;
    virtual void bulk_accepted(std::shared_ptr<BulkStream> stream) = 0;
    /// Another run of this program, with our own key, was met at `address` (it listens there); the
    /// connection is closed. Both sides are told, whoever dialled.
    virtual void clone_met(const protocol::Address& address, std::uint64_t instance) = 0;
};

/// The deadlines and caps of connections; the defaults are the limits sheet's. Tests shorten them.
struct TransportLimits {
    std::chrono::milliseconds connect = protocol::kConnectTimeout;
    std::chrono::milliseconds handshake = protocol::kHandshakeTimeout;  ///< TLS and Hello together
    std::chrono::milliseconds frame = protocol::kFrameTimeout;
    std::chrono::milliseconds idle = protocol::kIdleTimeout;
    std::chrono::milliseconds goodbye{1000};  ///< for the peer to close after our Goodbye
    std::chrono::milliseconds tick{1000};     ///< how often deadlines are looked at
    std::size_t sessions_max = protocol::kSessionsMax;
    std::size_t sessions_per_peer_max = protocol::kSessionsPerPeerMax;
    std::size_t unauthenticated_max = protocol::kUnauthenticatedMax;
    std::size_t unauthenticated_per_address_max = protocol::kUnauthenticatedPerAddressMax;
    std::size_t send_queue_bytes_max = protocol::kSendQueueBytesMax;
};

class Transport {
  public:
    /// All four must outlive the transport.
    Transport(boost::asio::io_context& context, const TlsContext& tls, TransportListener& listener,
              Logger& logger, const TransportLimits& limits = {});
    ~Transport();

    /// Listens on all addresses (or only these numeric ones, when given); on `port`, or a free one
    /// when that is taken. Returns the port. Once more: there instead of where it was.
    Result<std::uint16_t> listen(std::uint16_t port, const std::vector<std::string>& addresses);

    /// Ends in session_opened or dial_failed.
    void dial(const protocol::Address& address, const std::optional<PeerId>& expected);
    /// Queues a message; a session whose queue exceeds kSendQueueBytesMax is closed.
    void send(SessionId session, const protocol::Message& message);
    /// Sends what is queued and a Goodbye, then closes; session_closed follows.
    void disconnect(SessionId session, protocol::Goodbye::Reason reason);
    /// Ends connections that began at an address which is none of ours any more: nothing comes back
    /// to it, and only a new connection leads on. `own` are numeric, without scopes.
    void end_without_address(const std::vector<std::string>& own);
    /// Ends all sessions; from now on nobody gets one, whoever dials, but a clone is still met.
    void withdraw();
    /// Ends that.
    void come_back();
    /// Stops listening and closes everything; nothing is told after that.
    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace iwant::net
