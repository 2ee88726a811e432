#include "io/control/client.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include "io/control/json.h"
#include "io/control/local_socket.h"
#include "io/platform/file.h"

namespace iwant::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kAnswerBytesMax = std::size_t{64} << 20;

struct Exchange {
    std::filesystem::path socket;
    http::request<http::string_body> request;
    std::chrono::milliseconds timeout{};
    std::string answer;
    unsigned status = 0;
    std::optional<Error> error;
};

Error not_reached(const std::filesystem::path& socket, const beast::error_code& error) {
    const auto number = error.default_error_condition();
    if (number == boost::system::errc::no_such_file_or_directory ||
        number == boost::system::errc::connection_refused) {
        return {ErrorCode::not_running, "",
                "The service is not running. Start it with 'iwanto start'."};
    }
    return platform::system_error(error.value(), "connect to " + socket.string());
}

Error broken(const beast::error_code& error) {
    if (error == beast::error::timeout) {
        return {ErrorCode::timeout, "", "The service did not answer in time."};
    }
    return {ErrorCode::not_running, "", "The service ended before it answered."};
}

asio::awaitable<void> exchange(Exchange& what) {
    const Result<LocalAddress> address = LocalAddress::of(what.socket);
    if (!address) {
        const bool absent = address.error().code == ErrorCode::not_found;
        what.error =
            absent ? not_reached(what.socket, asio::error::connection_refused) : address.error();
        co_return;
    }
    Stream stream(co_await asio::this_coro::executor);
    stream.expires_after(what.timeout);
    const auto [refused] = co_await stream.async_connect(address->endpoint(), kNoThrow);
    if (refused) {
        what.error =
            refused == beast::error::timeout ? broken(refused) : not_reached(what.socket, refused);
        co_return;
    }
    co_await http::async_write(stream, what.request, kNoThrow);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kAnswerBytesMax);
    // A refusal may come before all is sent, so the answer is read even then.
    const auto [unread, bytes] = co_await http::async_read(stream, buffer, parser, kNoThrow);
    if (unread) {
        what.error = broken(unread);
        co_return;
    }
    what.status = parser.get().result_int();
    what.answer = std::move(parser.get().body());
}

}  // namespace

Result<std::string> Client::request(const std::string& method, const std::string& target,
                                    const std::string& body,
                                    std::chrono::milliseconds timeout) const {
    Exchange what;
    what.socket = socket_;
    what.timeout = timeout;
    what.request.method_string(method);
    what.request.target(target);
    what.request.set(http::field::host, "iwanto");
    if (method != "GET") what.request.set(http::field::content_type, "application/json");
    what.request.keep_alive(false);
    what.request.body() = body;
    what.request.prepare_payload();
    asio::io_context context;
    auto ended = [&what](std::exception_ptr failed) {
        if (failed) what.error = Error{ErrorCode::io, "", "The service could not be asked."};
    };
    asio::co_spawn(context, exchange(what), std::move(ended));
    context.run();
    if (what.error) return std::unexpected(*what.error);
    if (what.status >= 200 && what.status < 300) return std::move(what.answer);
    if (auto error = error_from_json(what.answer)) return std::unexpected(std::move(*error));
    return failure(ErrorCode::protocol, "",
                   "The service answered with status " + std::to_string(what.status) + ".");
}

}  // namespace iwant::control
