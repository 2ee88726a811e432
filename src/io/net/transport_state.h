#pragma once

// What a Transport is made of: the connections by session, the counts that the caps need, and the
// tick that looks at deadlines. Private to io/net.

#include <array>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "io/net/connection.h"
#include "io/net/listening.h"
#include "io/net/record_cipher.h"
#include "io/net/transport.h"

namespace iwant::net {

struct Transport::State final : Connection::Owner, std::enable_shared_from_this<Transport::State> {
    State(boost::asio::io_context& event_context, const TlsContext& tls_context,
          TransportListener& told, Logger& log, const TransportLimits& transport_limits);

    void listen_on(Listening listening);
    void stop_listening();
    void end_without_address(const std::vector<std::string>& own);
    void dial(const protocol::Address& address, const std::optional<PeerId>& expected);
    Connection* find(SessionId session);
    void withdraw();
    void come_back() { withdrawn_ = false; }
    void close();

    const TlsContext& tls() const override { return tls_context_; }
    const TransportLimits& limits() const override { return limits_; }
    protocol::Hello make_hello(protocol::StreamPurpose purpose) override;
    Result<void> admit(const PeerId& peer) override;
    void opened(Connection& connection) override;
    void reached(const Connection& connection) override;
    void received(Connection& connection, protocol::Message message) override;
    void bulk_opened(Connection& connection, Socket socket, Tls tls) override;
    void ended(Connection& connection, const Error& error) override;
    std::span<std::uint8_t> scratch() override { return scratch_; }

    boost::asio::io_context& context;

  private:
    using Lease = std::shared_ptr<const PeerId>;

    static boost::asio::awaitable<void> accept_all(
        std::shared_ptr<State> self, std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor);
    StrangerGate::Answer let_in(boost::asio::ip::tcp::socket& socket);
    void report_accept_failure(const boost::system::error_code& error);
    void connect(const protocol::Address& address, const std::optional<PeerId>& expected,
                 Result<std::vector<boost::asio::ip::tcp::endpoint>> endpoints);
    void add(std::shared_ptr<Connection> connection);
    void forget_stranger(const Connection& connection);
    void report_stranger(const Connection& connection, const Error& error);
    std::size_t connections_with(const PeerId& peer);
    std::size_t authenticated_count();
    void schedule_tick();
    void tick();

    const TlsContext& tls_context_;
    TransportListener* listener_;  ///< null once closed: nothing is told after that
    Logger& logger_;
    const TransportLimits limits_;
    boost::asio::steady_timer tick_timer_;
    bool ticking_ = false;
    bool withdrawn_ = false;

    std::vector<std::shared_ptr<boost::asio::ip::tcp::acceptor>> acceptors_;
    std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
    std::map<SessionId, Connection*> sessions_;
    std::uint64_t last_session_ = 0;
    StrangerGate gate_;
    std::unordered_map<StrangerGate::Ticket, Connection*> strangers_;  ///< accepted, not proven
    std::size_t dials_ = 0;
    std::vector<std::weak_ptr<const PeerId>> bulk_leases_;

    Clock::time_point accept_log_due_{};
    Clock::time_point stranger_log_due_{};
    std::size_t strangers_unlogged_ = 0;
    std::array<std::uint8_t, kRecordContentMax> scratch_{};
};

}  // namespace iwant::net
