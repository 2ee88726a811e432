#include "io/control/server.h"

#include <optional>

#include <boost/asio.hpp>

#include "io/control/listener.h"
#include "io/control/local_socket.h"
#include "io/control/token_guard.h"
#include "io/platform/file.h"

namespace iwant::control {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;

constexpr unsigned kPrivateMode = 0600;

// Listens on the first address that can be had. REUSEADDR only skips the wait after an earlier run.
Result<Acceptor> listen_on(asio::io_context& context,
                           const asio::generic::stream_protocol::endpoint& endpoint,
                           const std::string& operation) {
    Acceptor acceptor(context);
    boost::system::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error && endpoint.protocol().family() != AF_UNIX) {
        acceptor.set_option(asio::socket_base::reuse_address(true), error);
    }
    if (!error) acceptor.bind(endpoint, error);
    if (error) return std::unexpected(platform::system_error(error.value(), operation));
    return acceptor;
}

Result<void> start_listening(Acceptor& acceptor, const std::string& operation) {
    boost::system::error_code error;
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return std::unexpected(platform::system_error(error.value(), operation));
    return {};
}

Result<Acceptor> open_local(asio::io_context& context, const fs::path& path) {
    const std::string operation = "listen on " + path.string();
    if (auto removed = remove_stale_socket(path); !removed) return std::unexpected(removed.error());
    const Result<LocalAddress> address = LocalAddress::of(path);
    if (!address) return std::unexpected(address.error());
    Result<Acceptor> acceptor = listen_on(context, address->endpoint(), operation);
    if (!acceptor) return acceptor;
    // Nobody can connect before listen(), so there is no moment at which others could.
    std::error_code error;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error) return std::unexpected(platform::system_error(error.value(), operation));
    if (auto listening = start_listening(*acceptor, operation); !listening) {
        return std::unexpected(listening.error());
    }
    return acceptor;
}

Result<Acceptor> open_web(asio::io_context& context, std::uint16_t port) {
    const asio::ip::address_v4 loopback = asio::ip::address_v4::loopback();
    const std::string operation = "listen on 127.0.0.1:" + std::to_string(port);
    Result<Acceptor> acceptor = listen_on(context, tcp::endpoint(loopback, port), operation);
    if (acceptor) {
        if (start_listening(*acceptor, operation)) return acceptor;
        acceptor->close();
    }
    acceptor = listen_on(context, tcp::endpoint(loopback, 0), "listen on 127.0.0.1");
    if (!acceptor) return acceptor;
    if (auto listening = start_listening(*acceptor, "listen on 127.0.0.1"); !listening) {
        return std::unexpected(listening.error());
    }
    return acceptor;
}

std::uint16_t port_of(const Acceptor& acceptor) {
    const auto endpoint = acceptor.local_endpoint();
    tcp::endpoint address;
    address.resize(endpoint.size());
    std::copy_n(static_cast<const char*>(static_cast<const void*>(endpoint.data())),
                endpoint.size(), static_cast<char*>(static_cast<void*>(address.data())));
    return address.port();
}

}  // namespace

struct Server::State {
    State(asio::io_context& io, ServerOptions given, Backend& behind, Logger& log)
        : context(io), options(std::move(given)), backend(behind), logger(log) {}

    Result<void> open_socket() {
        Result<Acceptor> acceptor = open_local(context, options.socket);
        if (!acceptor) return std::unexpected(acceptor.error());
        local = std::make_shared<Listener>(std::move(*acceptor),
                                           Door{Door::Kind::local, web_port, guard.get()}, times(),
                                           backend, logger);
        local->start();
        return {};
    }

    Result<void> open_web_port() {
        Result<Acceptor> acceptor = open_web(context, options.web_port);
        if (!acceptor) return std::unexpected(acceptor.error());
        web_port = port_of(*acceptor);
        const std::string token = TokenGuard::make_token();
        const auto written = platform::replace_file(options.token_file, token + "\n", kPrivateMode);
        if (!written) return written;
        guard = std::make_unique<TokenGuard>(token);
        const Door door{Door::Kind::web, web_port, guard.get()};
        web = std::make_shared<Listener>(std::move(*acceptor), door, times(), backend, logger);
        web->start();
        return {};
    }

    ConnectionTimes times() const {
        ConnectionTimes times;
        times.header = options.header_timeout;
        return times;
    }

    void close() {
        std::error_code ignored;
        if (local) fs::remove(options.socket, ignored);
        if (web) fs::remove(options.token_file, ignored);
        if (local) local->close();
        if (web) web->close();
        local.reset();
        web.reset();
        web_port = 0;
    }

    asio::io_context& context;
    const ServerOptions options;
    Backend& backend;
    Logger& logger;
    std::unique_ptr<TokenGuard> guard;
    std::shared_ptr<Listener> local;
    std::shared_ptr<Listener> web;
    std::uint16_t web_port = 0;
};

Server::Server(asio::io_context& context, ServerOptions options, Backend& backend, Logger& logger)
    : state_(std::make_shared<State>(context, std::move(options), backend, logger)) {}

Server::~Server() {
    close();
}

Result<void> Server::open() {
    Result<void> opened;
    if (state_->options.web) opened = state_->open_web_port();
    if (opened) opened = state_->open_socket();
    if (!opened) close();
    return opened;
}

std::uint16_t Server::web_port() const {
    return state_->web_port;
}

void Server::close() {
    state_->close();
}

}  // namespace iwant::control
