#include "io/net/transport_state.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/rhythm.h"
#include "base/text.h"
#include "core/protocol/address_text.h"
#include "io/net/address.h"
#include "io/net/bulk_socket_stream.h"
#include "io/net/lookup.h"
#include "io/net/task.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// After accept() failed: descriptors or memory are short, and trying at once would only burn the
/// processor.
constexpr std::chrono::milliseconds kAcceptPause{200};
/// All places of strangers are taken; one is free when a handshake is over.
constexpr std::chrono::milliseconds kGatePause{10};
constexpr std::chrono::seconds kLogInterval{10};

}  // namespace

Transport::State::State(asio::io_context& event_context, const TlsContext& tls_context,
                        TransportListener& told, Logger& log,
                        const TransportLimits& transport_limits)
    : context(event_context),
      tls_context_(tls_context),
      listener_(&told),
      logger_(log),
      limits_(transport_limits),
      tick_timer_(event_context),
      gate_(limits_.unauthenticated_max, limits_.unauthenticated_per_address_max) {}

void Transport::State::listen_on(Listening listening) {
    for (tcp::acceptor& acceptor : listening.acceptors) {
        auto shared = std::make_shared<tcp::acceptor>(std::move(acceptor));
        acceptors_.push_back(shared);
        run_task(context.get_executor(), accept_all(shared_from_this(), shared));
    }
}

asio::awaitable<void> Transport::State::accept_all(std::shared_ptr<State> self,
                                                   std::shared_ptr<tcp::acceptor> acceptor) {
    asio::steady_timer pause(self->context);
    while (self->listener_ != nullptr && acceptor->is_open()) {
        boost::system::error_code error;
        tcp::socket socket =
            co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (self->listener_ == nullptr || !acceptor->is_open()) break;
        if (error == asio::error::connection_aborted) continue;
        if (error) {
            self->report_accept_failure(error);
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        // Those behind wait in the system's queue meanwhile, which costs neither side anything.
        while (self->let_in(socket) == StrangerGate::Answer::wait) {
            pause.expires_after(kGatePause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            if (self->listener_ == nullptr) co_return;
        }
    }
}

StrangerGate::Answer Transport::State::let_in(tcp::socket& socket) {
    boost::system::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return StrangerGate::Answer::refuse;
    const protocol::Address address{numeric_host(remote.address()), remote.port()};
    const StrangerGate::Verdict verdict = gate_.knock(address.host, Clock::now());
    if (verdict.displaced) {
        strangers_.at(*verdict.displaced)
            ->abort(Error{ErrorCode::limit, "talk to a stranger", "others waited for its place"});
    }
    if (verdict.answer == StrangerGate::Answer::enter) {
        auto entered = std::make_shared<Connection>(shared_from_this(), std::move(socket), address);
        entered->ticket = verdict.ticket;
        strangers_.emplace(verdict.ticket, entered.get());
        add(std::move(entered));
    }
    return verdict.answer;
}

void Transport::State::report_accept_failure(const boost::system::error_code& error) {
    const auto now = Clock::now();
    if (now < accept_log_due_) return;
    accept_log_due_ = now + kLogInterval;
    logger_.warning("cannot accept a connection reason=\"" + error.message() + "\"");
}

void Transport::State::dial(const protocol::Address& address,
                            const std::optional<PeerId>& expected) {
    ++dials_;
    if (const auto endpoint = numeric_endpoint(address)) {
        asio::post(context, [self = shared_from_this(), address, expected, endpoint] {
            self->connect(address, expected, std::vector{*endpoint});
        });
        return;
    }
    look_up(context, address, limits_.connect,
            [self = shared_from_this(), address, expected](Result<Endpoints> endpoints) {
                self->connect(address, expected, std::move(endpoints));
            });
}

void Transport::State::connect(const protocol::Address& address,
                               const std::optional<PeerId>& expected, Result<Endpoints> endpoints) {
    if (listener_ == nullptr) return;
    if (endpoints && dials_ > limits_.unauthenticated_max) {
        endpoints = failure(ErrorCode::limit, "connect to " + to_string(address),
                            "too many connections are being opened; later");
    }
    if (!endpoints) {
        --dials_;
        listener_->dial_failed(address, expected, std::nullopt, endpoints.error());
        return;
    }
    add(std::make_shared<Connection>(shared_from_this(), context, std::move(*endpoints), address,
                                     expected));
}

void Transport::State::add(std::shared_ptr<Connection> connection) {
    connections_.emplace(connection.get(), connection);
    connection->start();
    schedule_tick();
}

Connection* Transport::State::find(SessionId session) {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? nullptr : found->second;
}

void Transport::State::stop_listening() {
    boost::system::error_code ignored;
    for (const auto& acceptor : acceptors_) acceptor->close(ignored);
    acceptors_.clear();
}

void Transport::State::end_without_address(const std::vector<std::string>& own) {
    for (const auto& [key, connection] : connections_) {
        const auto local = connection->local_host();
        if (!local || std::ranges::find(own, *local) != own.end()) continue;
        connection->abort(
            Error{ErrorCode::network, "talk to the peer", "this computer has another address now"});
    }
}

void Transport::State::withdraw() {
    withdrawn_ = true;
    for (const auto& [session, connection] : sessions_) {
        connection->disconnect(protocol::Goodbye::Reason::stopping);
    }
}

void Transport::State::close() {
    if (listener_ == nullptr) return;
    listener_ = nullptr;
    tick_timer_.cancel();
    stop_listening();
    sessions_.clear();
    for (const auto& [key, connection] : std::exchange(connections_, {})) {
        connection->abort(Error{ErrorCode::cancelled, "talk to the peer", "the service stops"});
    }
}

protocol::Hello Transport::State::make_hello(protocol::StreamPurpose purpose) {
    protocol::Hello hello;
    if (listener_ != nullptr) hello = listener_->make_hello();
    hello.purpose = purpose;
    return hello;
}

Result<void> Transport::State::admit(const PeerId& peer) {
    if (listener_ == nullptr) return failure(ErrorCode::cancelled, "admit a peer", "stopping");
    if (withdrawn_ && peer != tls_context_.native().self) {
        return failure(ErrorCode::unavailable, "admit a peer",
                       "another computer has the key of this one and goes on in its place");
    }
    if (authenticated_count() >= limits_.sessions_max) {
        return failure(ErrorCode::limit, "admit a peer", "there are too many sessions");
    }
    if (connections_with(peer) >= limits_.sessions_per_peer_max) {
        return failure(ErrorCode::limit, "admit a peer", "it has too many sessions already");
    }
    return {};
}

std::size_t Transport::State::authenticated_count() {
    std::erase_if(bulk_leases_, [](const auto& lease) { return lease.expired(); });
    return sessions_.size() + bulk_leases_.size();
}

std::size_t Transport::State::connections_with(const PeerId& peer) {
    const auto controls = std::ranges::count_if(
        sessions_, [&](const auto& session) { return session.second->found() == peer; });
    const auto bulks = std::ranges::count_if(bulk_leases_, [&](const auto& lease) {
        const Lease held = lease.lock();
        return held && *held == peer;
    });
    return static_cast<std::size_t>(controls + bulks);
}

void Transport::State::opened(Connection& connection) {
    forget_stranger(connection);
    if (listener_ == nullptr) return;
    connection.session = SessionId{++last_session_};
    sessions_.emplace(connection.session, &connection);
    listener_->session_opened(connection.session, connection.key(), connection.listening_address(),
                              connection.dialled_by_us(), connection.hello(), connection.took());
}

void Transport::State::reached(const Connection& connection) {
    if (listener_ != nullptr) listener_->dial_reached(connection.address(), connection.expected());
}

void Transport::State::received(Connection& connection, protocol::Message message) {
    if (listener_ == nullptr) return;
    listener_->message_received(connection.session, std::move(message));
}

void Transport::State::bulk_opened(Connection& connection, Socket socket, Tls tls) {
    forget_stranger(connection);
    if (listener_ == nullptr) return;
    const auto lease = std::make_shared<const PeerId>(*connection.found());
    connections_.erase(&connection);
    if (const auto prepared = tls.prepare_for_bulk(tls_context_); !prepared) {
        logger_.info("a bulk stream was refused: " + prepared.error().text());
        return;
    }
    bulk_leases_.push_back(lease);
    auto stream =
        std::make_shared<BulkSocketStream>(std::move(socket), std::move(tls), *lease, lease);
    listener_->bulk_accepted(std::move(stream));
}

void Transport::State::ended(Connection& connection, const Error& error) {
    const bool was_session = sessions_.erase(connection.session) > 0;
    const bool was_authenticated = connection.session.value != 0;
    if (!was_authenticated) forget_stranger(connection);
    if (listener_ == nullptr) return;
    if (const auto clone = connection.clone_instance()) {
        listener_->clone_met(connection.listening_address(), *clone);
    }
    connections_.erase(&connection);
    if (was_session) {
        listener_->session_closed(connection.session, error.message);
    } else if (connection.dialled_by_us()) {
        auto found = connection.found();
        if (found == connection.expected()) found.reset();
        Error told = error;
        told.operation = "connect to " + to_string(connection.address());
        listener_->dial_failed(connection.address(), connection.expected(), found, told);
    } else {
        report_stranger(connection, error);
    }
}

/// The connection stops counting as one that has not proven who it is.
void Transport::State::forget_stranger(const Connection& connection) {
    if (connection.dialled_by_us()) {
        --dials_;
        return;
    }
    gate_.leave(connection.ticket);
    strangers_.erase(connection.ticket);
}

/// One line now and then: anybody on the network can cause these.
void Transport::State::report_stranger(const Connection& connection, const Error& error) {
    if (connection.found() == tls_context_.native().self) return;
    ++strangers_unlogged_;
    const auto now = Clock::now();
    if (now < stranger_log_due_) return;
    stranger_log_due_ = now + kLogInterval;
    logger_.info("turned a connection away address=" + to_string(connection.address()) +
                 " reason=\"" + escape_for_display(error.message) +
                 "\" since_last_line=" + std::to_string(strangers_unlogged_));
    strangers_unlogged_ = 0;
}

void Transport::State::schedule_tick() {
    if (ticking_ || listener_ == nullptr || connections_.empty()) return;
    ticking_ = true;
    tick_timer_.expires_at(next_beat(Clock::now(), limits_.tick));
    tick_timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
        self->ticking_ = false;
        self->tick();
        self->schedule_tick();
    });
}

void Transport::State::tick() {
    const auto now = Clock::now();
    for (const auto& [key, connection] : connections_) {
        if (auto late = connection->overdue(now)) connection->abort(std::move(*late));
    }
}

}  // namespace iwant::net
