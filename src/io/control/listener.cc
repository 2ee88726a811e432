#include "io/control/listener.h"

#include <boost/asio.hpp>

#include "io/control/local_socket.h"

namespace iwant::control {

namespace {

namespace asio = boost::asio;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kPauseAfterError{100};

}  // namespace

Listener::Listener(Acceptor acceptor, Door door, ConnectionTimes times, Backend& backend,
                   Logger& logger)
    : acceptor_(std::move(acceptor)),
      door_(door),
      times_(times),
      backend_(backend),
      logger_(logger) {}

void Listener::start() {
    auto ended = [self = shared_from_this()](std::exception_ptr) {};
    asio::co_spawn(acceptor_.get_executor(), accept_all(), std::move(ended));
}

void Listener::close() {
    closed_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : connections_) connection->close();
}

asio::awaitable<void> Listener::accept_all() {
    asio::steady_timer pause(acceptor_.get_executor());
    while (!closed_) {
        auto [error, socket] = co_await acceptor_.async_accept(kNoThrow);
        if (closed_) co_return;
        if (!error) {
            admit(std::move(socket));
            continue;
        }
        // Out of descriptors, most likely: accepting again at once would only spin.
        pause.expires_after(kPauseAfterError);
        co_await pause.async_wait(kNoThrow);
    }
}

void Listener::admit(Connection::Socket socket) {
    if (connections_.size() >= kConnectionsMax) return;
    if (door_.kind == Door::Kind::local && !is_same_user(socket.native_handle())) {
        logger_.warning("Another user tried the service's socket and was refused");
        return;
    }
    const auto connection =
        std::make_shared<Connection>(std::move(socket), door_, times_, backend_, logger_);
    connections_.insert(connection);
    auto ended = [self = shared_from_this(), connection](std::exception_ptr failed) {
        if (failed) self->logger_.error("An API request ended in an exception");
        self->forget(connection);
    };
    asio::co_spawn(acceptor_.get_executor(), connection->serve(), std::move(ended));
}

void Listener::forget(const std::shared_ptr<Connection>& connection) {
    connection->close();
    connections_.erase(connection);
}

}  // namespace iwant::control
