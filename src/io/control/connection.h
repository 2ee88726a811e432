#pragma once

// One connection to the API: reads requests, checks them, has them answered, until the other end
// leaves, dawdles or does wrong.

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/log.h"
#include "io/control/checks.h"
#include "io/control/routes.h"

namespace iwant::control {

/// How long anything may take; smaller in tests.
struct ConnectionTimes {
    std::chrono::milliseconds header{
        5'000};  ///< from the connection, or the last answer, to the last header byte
    std::chrono::milliseconds body{5'000};
    std::chrono::milliseconds answer{90'000};  ///< of the backend
    std::chrono::milliseconds send{30'000};
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;

    /// Backend and logger outlive it, or close() comes first.
    Connection(Socket socket, Door door, ConnectionTimes times, Backend& backend, Logger& logger);

    /// Serves until the connection ends. Keeps itself alive.
    boost::asio::awaitable<void> serve();
    /// Ends serve() soon; the backend is not touched any more.
    void close();

  private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class Next { read_another, end };
    struct Pending;
    struct PendingPart;

    boost::asio::awaitable<Next> serve_one();
    boost::asio::awaitable<std::size_t> read_header();
    boost::asio::awaitable<bool> read_body(Parser& parser);
    boost::asio::awaitable<HttpAnswer> ask(const Route& route, Call call);
    boost::asio::awaitable<bool> send(HttpAnswer answer, bool keep_alive);
    boost::asio::awaitable<bool> send_source(HttpAnswer answer, bool keep_alive);
    boost::asio::awaitable<bool> send_parts(BodySource& source);
    boost::asio::awaitable<std::optional<std::string>> next_part(BodySource& source);
    boost::asio::awaitable<bool> write(std::string bytes);
    bool client_is_gone();
    boost::asio::awaitable<Next> refuse(Rejection rejection);
    boost::asio::awaitable<void> linger();
    std::optional<Rejection> check(const RequestHead& head, RouteMatch& match) const;

    boost::beast::basic_stream<boost::asio::generic::stream_protocol> stream_;
    const Door door_;
    const ConnectionTimes times_;
    Backend& backend_;
    Logger& logger_;
    boost::beast::flat_buffer buffer_;
    std::shared_ptr<Pending> pending_;
    bool head_only_ = false;  ///< the request that is answered is a HEAD
    bool closed_ = false;
};

}  // namespace iwant::control
