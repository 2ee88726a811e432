#include "io/control/connection.h"

#include <array>
#include <cstdio>

#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::control {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kHeaderEnd = "\r\n\r\n";
// What a refused client may still send while it is told why.
constexpr std::size_t kLingerBytesMax = std::size_t{1} << 20;
constexpr std::chrono::seconds kLingerTime{1};
/// A player that pauses reads nothing, and goes on later.
constexpr std::chrono::minutes kPlayerPause{60};
/// How soon it is noticed that a client left that waits for a part of a body.
constexpr std::chrono::milliseconds kLookForClient{500};

std::string_view view(const beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

RequestHead head_of(const http::request<http::string_body>& request) {
    RequestHead head;
    head.method = std::string(request.method_string());
    head.target = std::string(request.target());
    for (const auto& field : request) {
        head.fields.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    return head;
}

Rejection unreadable(const beast::error_code& error) {
    if (error == http::error::body_limit)
        return {413, ErrorCode::limit, "The body is too large.", {}};
    if (error == http::error::header_limit) {
        return {431, ErrorCode::limit, "The header is too large.", {}};
    }
    return {400, ErrorCode::invalid_argument, "This is not a well-formed HTTP request.", {}};
}

template <class Body>
void add_security_fields(http::response<Body>& response) {
    response.set("Content-Security-Policy",
                 "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                 "img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-Frame-Options", "DENY");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cache-Control", "no-store");
    response.set("Cross-Origin-Resource-Policy", "same-origin");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
}

template <class Body>
void fill_head(http::response<Body>& response, const HttpAnswer& answer, bool keep_alive) {
    response.version(11);
    response.result(answer.status);
    response.keep_alive(keep_alive);
    if (!answer.content_type.empty()) response.set(http::field::content_type, answer.content_type);
    if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
    if (answer.status == 401) response.set(http::field::www_authenticate, "Bearer");
    add_security_fields(response);
    for (const Field& field : answer.fields) response.set(field.name, field.value);
}

std::string chunk_of(const std::string& part) {
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", part.size());
    return size.data() + part + "\r\n";
}

}  // namespace

// An answer that the backend may give later, or never: it outlives the connection if need be.
struct Connection::Pending {
    explicit Pending(const asio::any_io_executor& executor) : changed(executor) {}
    asio::steady_timer changed;
    std::optional<HttpAnswer> answer;
};

struct Connection::PendingPart {
    explicit PendingPart(const asio::any_io_executor& executor) : changed(executor) {}
    asio::steady_timer changed;
    std::optional<Result<std::string>> part;
};

Connection::Connection(Socket socket, Door door, ConnectionTimes times, Backend& backend,
                       Logger& logger)
    : stream_(std::move(socket)),
      door_(door),
      times_(times),
      backend_(backend),
      logger_(logger),
      buffer_(kHeaderBytesMax + kBodyBytesMax) {}

asio::awaitable<void> Connection::serve() {
    const auto self = shared_from_this();
    Next next = Next::read_another;
    while (next == Next::read_another && !closed_) next = co_await serve_one();
    if (!closed_) close();
}

void Connection::close() {
    closed_ = true;
    stream_.close();
    if (pending_) pending_->changed.cancel();
}

asio::awaitable<Connection::Next> Connection::serve_one() {
    const std::size_t header_bytes = co_await read_header();
    head_only_ = false;
    if (closed_ || header_bytes == 0) co_return Next::end;
    if (header_bytes > kHeaderBytesMax) {
        Rejection rejection{431, ErrorCode::limit, "The header is too large.", {}};
        co_return co_await refuse(std::move(rejection));
    }
    const std::string_view header = view(buffer_).substr(0, header_bytes);
    if (auto rejection = check_header_text(header))
        co_return co_await refuse(std::move(*rejection));

    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(kHeaderBytesMax));
    parser.body_limit(kBodyBytesMax);
    beast::error_code error;
    const std::size_t used = parser.put(asio::buffer(header.data(), header.size()), error);
    if (error) co_return co_await refuse(unreadable(error));
    buffer_.consume(used);

    const RequestHead head = head_of(parser.get());
    head_only_ = head.method == "HEAD";
    RouteMatch match;
    if (auto rejection = check(head, match)) co_return co_await refuse(std::move(*rejection));
    if (!co_await read_body(parser)) co_return Next::end;

    Call call{backend_, std::move(match.parameters), parser.get().body(), head, door_};
    HttpAnswer answer = co_await ask(*match.route, std::move(call));
    if (closed_) co_return Next::end;
    const auto then = answer.then;
    const bool keep_alive = parser.get().keep_alive() && then == HttpAnswer::Then::nothing;
    const bool sent = answer.source != nullptr ? co_await send_source(std::move(answer), keep_alive)
                                               : co_await send(std::move(answer), keep_alive);
    if (then == HttpAnswer::Then::stop_service && !closed_) backend_.stop();
    co_return sent&& keep_alive ? Next::read_another : Next::end;
}

// The length of the header in the buffer; more than kHeaderBytesMax when it does not end in time, 0
// when the connection does.
asio::awaitable<std::size_t> Connection::read_header() {
    stream_.expires_after(times_.header);
    for (;;) {
        const std::size_t end = view(buffer_).find(kHeaderEnd);
        if (end != std::string_view::npos) co_return end + kHeaderEnd.size();
        if (buffer_.size() > kHeaderBytesMax) co_return buffer_.size();
        const auto room = buffer_.prepare(4096);
        const auto [error, bytes] = co_await stream_.async_read_some(room, kNoThrow);
        if (error) co_return 0;
        buffer_.commit(bytes);
    }
}

// In the order of doc/security.md: Host, method and route, origin, token, content.
std::optional<Rejection> Connection::check(const RequestHead& head, RouteMatch& match) const {
    if (auto rejection = check_host(head, door_)) return rejection;
    const Target target = split_target(head.target);
    auto found = find_route(head.method, target.path);
    if (!found) return found.error();
    match = std::move(*found);
    if (auto rejection = check_origin(head, door_)) return rejection;
    if (match.route->access == Access::file) {
        if (auto rejection = check_file_token(head, target.query, match.parameters.front(), door_,
                                              platform::now()))
            return rejection;
    } else if (head.target.size() != target.path.size()) {
        return Rejection{400, ErrorCode::invalid_argument, "This is no path of this server.", {}};
    }
    if (match.route->access == Access::token) {
        if (auto rejection = check_token(head, door_, platform::now())) return rejection;
    }
    return check_content(head);
}

asio::awaitable<bool> Connection::read_body(Parser& parser) {
    if (parser.is_done()) co_return true;
    stream_.expires_after(times_.body);
    const auto [error, bytes] = co_await http::async_read(stream_, buffer_, parser, kNoThrow);
    if (!error) co_return !closed_;
    const bool foul = error.category() == http::make_error_code(http::error::body_limit).category();
    if (foul && error != http::error::partial_message && error != http::error::end_of_stream) {
        co_await refuse(unreadable(error));
    }
    co_return false;
}

asio::awaitable<HttpAnswer> Connection::ask(const Route& route, Call call) {
    const auto pending = std::make_shared<Pending>(stream_.get_executor());
    pending_ = pending;
    pending->changed.expires_after(times_.answer);
    Answer answer = [pending](HttpAnswer given) {
        if (pending->answer) return;
        pending->answer = std::move(given);
        pending->changed.cancel();
    };
    route.handle(std::move(call), std::move(answer));
    if (!pending->answer) co_await pending->changed.async_wait(kNoThrow);
    pending_.reset();
    if (pending->answer) co_return std::move(*pending->answer);
    Error late{ErrorCode::timeout, "", "The service took too long to answer."};
    co_return answer_of(late);
}

asio::awaitable<bool> Connection::send(HttpAnswer answer, bool keep_alive) {
    http::response<http::string_body> response;
    fill_head(response, answer, keep_alive);
    response.body() = std::move(answer.body);
    // What is not sent again has a length, but it is not this answer's (RFC 9110, 8.6).
    if (answer.status != 304) response.prepare_payload();
    stream_.expires_after(times_.send);
    if (head_only_) {
        http::response_serializer<http::string_body> serializer(response);
        const auto [error, bytes] =
            co_await http::async_write_header(stream_, serializer, kNoThrow);
        co_return !error && !closed_;
    }
    const auto [error, bytes] = co_await http::async_write(stream_, response, kNoThrow);
    co_return !error && !closed_;
}

asio::awaitable<bool> Connection::send_source(HttpAnswer answer, bool keep_alive) {
    const std::shared_ptr<BodySource> source = std::move(answer.source);
    http::response<http::empty_body> response;
    fill_head(response, answer, keep_alive);
    if (const auto length = source->length()) {
        response.content_length(*length);
    } else {
        response.chunked(true);
    }
    stream_.expires_after(times_.send);
    http::response_serializer<http::empty_body> serializer(response);
    const auto [error, bytes] = co_await http::async_write_header(stream_, serializer, kNoThrow);
    if (error || closed_) co_return false;
    if (head_only_) co_return true;
    co_return co_await send_parts(*source);
}

// What fails on the way ends the connection: the client sees that the body is not complete.
asio::awaitable<bool> Connection::send_parts(BodySource& source) {
    const bool chunked = !source.length();
    for (;;) {
        std::optional<std::string> part = co_await next_part(source);
        if (!part || closed_) co_return false;
        if (!part->empty()) {
            std::string bytes = chunked ? chunk_of(*part) : std::move(*part);
            if (!co_await write(std::move(bytes))) co_return false;
        } else if (!chunked) {
            co_return true;
        }
    }
}

asio::awaitable<bool> Connection::write(std::string bytes) {
    stream_.expires_after(kPlayerPause);
    const auto [error, written] =
        co_await asio::async_write(stream_, asio::buffer(bytes), kNoThrow);
    co_return !error && !closed_;
}

// Nothing when it fails or the client left meanwhile.
asio::awaitable<std::optional<std::string>> Connection::next_part(BodySource& source) {
    const auto pending = std::make_shared<PendingPart>(stream_.get_executor());
    if (const auto pause = source.pause(); pause > std::chrono::milliseconds(0)) {
        pending->changed.expires_after(pause);
        co_await pending->changed.async_wait(kNoThrow);
        if (closed_ || client_is_gone()) co_return std::nullopt;
    }
    auto take = [pending](Result<std::string> given) {
        pending->part = std::move(given);
        pending->changed.cancel();
    };
    source.next(std::move(take));
    while (!pending->part) {
        pending->changed.expires_after(kLookForClient);
        co_await pending->changed.async_wait(kNoThrow);
        if (!pending->part && (closed_ || client_is_gone())) co_return std::nullopt;
    }
    if (!*pending->part) co_return std::nullopt;
    co_return std::move(**pending->part);
}

bool Connection::client_is_gone() {
    auto& socket = stream_.socket();
    beast::error_code error;
    socket.non_blocking(true, error);
    char byte = 0;
    socket.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
    return error && error != asio::error::would_block && error != asio::error::try_again;
}

asio::awaitable<Connection::Next> Connection::refuse(Rejection rejection) {
    logger_.debug("API request refused status=" + std::to_string(rejection.status));
    HttpAnswer answer = answer_of(rejection);
    const bool sent = co_await send(std::move(answer), false);
    if (sent) co_await linger();
    co_return Next::end;
}

// Closing with unread bytes would reset the connection and lose the answer on its way.
asio::awaitable<void> Connection::linger() {
    beast::error_code ignored;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    stream_.expires_after(kLingerTime);
    for (std::size_t read = 0; read < kLingerBytesMax && !closed_;) {
        buffer_.clear();
        const auto room = buffer_.prepare(4096);
        const auto [error, bytes] = co_await stream_.async_read_some(room, kNoThrow);
        if (error) co_return;
        read += bytes;
    }
}

}  // namespace iwant::control
