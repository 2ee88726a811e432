#pragma once

// One TCP connection on the event thread from its first packet to its last: connect, handshake,
// Hellos, then a control session's frames. Deadlines are kept here and looked at by the transport's
// tick. Private to io/net.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/protocol/codec.h"
#include "io/net/pace.h"
#include "io/net/socket.h"
#include "io/net/stranger_gate.h"
#include "io/net/tls.h"
#include "io/net/transport.h"

namespace iwant::net {

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// What a connection asks of the transport. Every call comes from the connection's own
    /// coroutine.
    class Owner {
      public:
        virtual ~Owner() = default;
        virtual const TlsContext& tls() const = 0;
        virtual const TransportLimits& limits() const = 0;
        virtual protocol::Hello make_hello(protocol::StreamPurpose purpose) = 0;
        /// Whether this proven peer may have one connection more.
        virtual Result<void> admit(const PeerId& peer) = 0;
        virtual void opened(Connection& connection) = 0;
        /// The other machine took the connection.
        virtual void reached(const Connection& connection) = 0;
        virtual void received(Connection& connection, protocol::Message message) = 0;
        virtual void bulk_opened(Connection& connection, Socket socket, Tls tls) = 0;
        /// The last call, unless bulk_opened was it.
        virtual void ended(Connection& connection, const Error& error) = 0;
        /// A buffer for one read, used and left at once.
        virtual std::span<std::uint8_t> scratch() = 0;
    };

    /// Somebody's connection to us.
    Connection(std::shared_ptr<Owner> owner, boost::asio::ip::tcp::socket socket,
               const protocol::Address& remote);
    /// Ours to somebody: the first of `endpoints` that answers. `dialled` is the address as it was
    /// given.
    Connection(std::shared_ptr<Owner> owner, boost::asio::io_context& context,
               std::vector<boost::asio::ip::tcp::endpoint> endpoints,
               const protocol::Address& dialled, const std::optional<PeerId>& expected);

    /// Starts the coroutine that lives as long as the connection.
    void start();
    /// Queues a message of an open session.
    void send(const protocol::Message& message);
    /// Ends an open session politely.
    void disconnect(protocol::Goodbye::Reason reason);
    /// Ends it soon for this reason; ended() follows.
    void abort(Error reason);
    /// The reason to abort it, when a deadline has passed.
    std::optional<Error> overdue(Clock::time_point now) const;

    bool dialled_by_us() const { return !endpoints_.empty(); }
    bool authenticated() const { return phase_ >= Phase::open; }
    /// The address dialled, or the stranger's.
    const protocol::Address& address() const { return address_; }
    const std::optional<PeerId>& expected() const { return expected_; }
    /// Our own numeric address, without scope; of a connection that is made.
    std::optional<std::string> local_host() const;
    /// Who presented a key here.
    std::optional<PeerId> found() const { return found_; }
    /// The peer's; of an authenticated connection.
    const PublicKey& key() const { return tls_->key(); }
    const protocol::Hello& hello() const { return hello_; }
    /// Since the machines connected.
    Duration took() const { return Clock::now() - connected_; }
    /// The other side's instance, when it has our key and is not us.
    std::optional<std::uint64_t> clone_instance() const;
    /// Where the peer listens; of an authenticated connection.
    protocol::Address listening_address() const;

    SessionId session;                ///< set by the owner when it opened
    StrangerGate::Ticket ticket = 0;  ///< set by the owner; 0: dialled by us

  private:
    enum class Phase { connecting, securing, greeting, open, parting, ended };

    static boost::asio::awaitable<void> run(std::shared_ptr<Connection> self);
    boost::asio::awaitable<Result<void>> live();
    boost::asio::awaitable<Result<void>> connect();
    boost::asio::awaitable<Result<void>> secure();
    boost::asio::awaitable<Result<void>> greet();
    boost::asio::awaitable<Result<void>> converse();
    boost::asio::awaitable<Result<void>> write_now(protocol::Bytes bytes);
    boost::asio::awaitable<Result<void>> read_exactly(std::span<std::uint8_t> into);
    boost::asio::awaitable<Result<std::optional<protocol::Message>>> read_greeting();
    boost::asio::awaitable<Result<void>> wait(Tls::Wait wait);
    boost::asio::awaitable<void> keep_pace();

    Result<void> check_stranger(const std::optional<protocol::Message>& message);
    Result<void> hear(std::span<const std::uint8_t> bytes);
    Result<void> take(std::optional<protocol::Message> message);
    void refuse(protocol::Goodbye::Reason reason);
    void queue(const protocol::Message& message);
    void flush();
    void drained();
    void hand_over();
    void finish(const Error& error);

    const std::shared_ptr<Owner> owner_;
    boost::asio::ip::tcp::socket socket_;
    const std::vector<boost::asio::ip::tcp::endpoint> endpoints_;  ///< empty: accepted
    const protocol::Address address_;
    const std::optional<PeerId> expected_;

    Phase phase_;
    std::optional<Error> end_reason_;
    Clock::time_point phase_deadline_;  ///< unless open
    Clock::time_point connected_;
    std::optional<Tls> tls_;
    std::optional<PeerId> found_;
    protocol::Hello hello_;
    bool handed_over_ = false;

    protocol::FrameReader reader_;
    Clock::time_point last_heard_;
    std::optional<Clock::time_point> frame_begun_;
    std::size_t unknown_messages_ = 0;
    Pace pace_{Clock::now()};

    protocol::Bytes outgoing_;
    std::size_t outgoing_sent_ = 0;
    bool flushing_ = false;
    Clock::time_point last_sent_;
};

}  // namespace iwant::net
