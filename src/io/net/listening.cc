#include "io/net/listening.h"

#include <boost/asio/ip/v6_only.hpp>

#include "base/text.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Free ports tried until one is free on all addresses.
constexpr int kFreePortTries = 16;
constexpr char kOperation[] = "listen for peers";

error_code open_acceptor(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6()) {
        const bool only = !endpoint.address().is_unspecified();
        acceptor.set_option(asio::ip::v6_only(only), error);
    }
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (!error) acceptor.non_blocking(true, error);
    return error;
}

/// All addresses on one port; with port 0 the first decides.
error_code open_all(asio::io_context& context, std::uint16_t port,
                    const std::vector<asio::ip::address>& addresses, Listening& listening) {
    listening.acceptors.clear();
    listening.port = port;
    for (const auto& address : addresses) {
        tcp::acceptor acceptor(context);
        const auto error = open_acceptor(acceptor, tcp::endpoint(address, listening.port));
        if (error) return error;
        if (listening.port == 0) listening.port = acceptor.local_endpoint().port();
        listening.acceptors.push_back(std::move(acceptor));
    }
    return {};
}

bool is_taken(const error_code& error) {
    return error == asio::error::address_in_use || error == asio::error::access_denied;
}

/// `port`, then free ones.
error_code open_some_port(asio::io_context& context, std::uint16_t port,
                          const std::vector<asio::ip::address>& addresses, Listening& listening) {
    error_code error = open_all(context, port, addresses, listening);
    for (int i = 0; is_taken(error) && i < kFreePortTries; ++i) {
        error = open_all(context, 0, addresses, listening);
    }
    return error;
}

}  // namespace

Result<Listening> start_listening(asio::io_context& context, std::uint16_t port,
                                  const std::vector<std::string>& addresses) {
    Listening listening;
    std::vector<asio::ip::address> parsed;
    for (const std::string& text : addresses) {
        error_code error;
        parsed.push_back(asio::ip::make_address(text, error));
        if (error) {
            return failure(ErrorCode::invalid_argument, kOperation,
                           "\"" + escape_for_display(text) + "\" is not a numeric address");
        }
    }
    error_code error;
    if (parsed.empty()) {
        error = open_some_port(context, port, {asio::ip::address_v6::any()}, listening);
        if (error) error = open_some_port(context, port, {asio::ip::address_v4::any()}, listening);
    } else {
        error = open_some_port(context, port, parsed, listening);
    }
    if (error) return failure(ErrorCode::network, kOperation, error.message());
    return listening;
}

}  // namespace iwant::net
