#include "io/net/connection.h"

#include <algorithm>
#include <array>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"
#include "io/net/address.h"
#include "io/net/greeting.h"
#include "io/net/task.h"

namespace iwant::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Reads of one session before the others have their turn.
constexpr int kReadsPerTurn = 16;
/// A peer that talks too fast is looked at this often, so that it can be ended meanwhile.
constexpr std::chrono::milliseconds kPaceStep{100};
/// A queue that was this full gives its memory back when it is empty.
constexpr std::size_t kIdleQueueBytes = 16 * 1024;

Error network_error(const boost::system::error_code& error) {
    return Error{ErrorCode::network, "talk to the peer", error.message()};
}

}  // namespace

Connection::Connection(std::shared_ptr<Owner> owner, tcp::socket socket,
                       const protocol::Address& remote)
    : owner_(std::move(owner)),
      socket_(std::move(socket)),
      address_(remote),
      phase_(Phase::securing),
      phase_deadline_(Clock::now() + owner_->limits().handshake) {}

Connection::Connection(std::shared_ptr<Owner> owner, asio::io_context& context,
                       std::vector<tcp::endpoint> endpoints, const protocol::Address& dialled,
                       const std::optional<PeerId>& expected)
    : owner_(std::move(owner)),
      socket_(context),
      endpoints_(std::move(endpoints)),
      address_(dialled),
      expected_(expected),
      phase_(Phase::connecting),
      phase_deadline_(Clock::now() + owner_->limits().connect) {
    ASSERT(!endpoints_.empty());
}

void Connection::start() {
    run_task(socket_.get_executor(), run(shared_from_this()));
}

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
    // Nothing is told from inside the call that started this.
    co_await asio::post(self->socket_.get_executor(), asio::use_awaitable);
    const Result<void> lived = co_await self->live();
    if (lived) {
        self->hand_over();
    } else {
        self->finish(self->end_reason_ ? *self->end_reason_ : lived.error());
    }
}

/// Ends in an error, or well when the connection is to be handed over.
asio::awaitable<Result<void>> Connection::live() {
    if (phase_ == Phase::connecting) {
        Result<void> connected = co_await connect();
        if (!connected) co_return connected;
    }
    Result<void> secured = co_await secure();
    if (!secured) co_return secured;
    Result<void> greeted = co_await greet();
    if (!greeted || handed_over_) co_return greeted;
    Result<void> conversed = co_await converse();
    co_return conversed;
}

asio::awaitable<Result<void>> Connection::connect() {
    boost::system::error_code error;
    for (const tcp::endpoint& endpoint : endpoints_) {
        phase_deadline_ = Clock::now() + owner_->limits().connect;
        socket_.close(error);
        socket_.open(endpoint.protocol(), error);
        if (error) continue;
        co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
        if (end_reason_) co_return std::unexpected(*end_reason_);
        if (error) continue;
        owner_->reached(*this);
        co_return Result<void>();
    }
    co_return std::unexpected(network_error(error));
}

asio::awaitable<Result<void>> Connection::secure() {
    connected_ = Clock::now();
    if (dialled_by_us()) {
        phase_ = Phase::securing;
        phase_deadline_ = connected_ + owner_->limits().handshake;
    }
    boost::system::error_code error;
    socket_.non_blocking(true, error);
    if (error) co_return std::unexpected(network_error(error));
    set_session_options(socket_.native_handle());
    const auto role = dialled_by_us() ? Tls::Role::dialler : Tls::Role::listener;
    tls_.emplace(owner_->tls(), socket_.native_handle(), role, expected_);
    for (;;) {
        const Result<Tls::Wait> step = tls_->handshake();
        found_ = tls_->found();
        if (!step) co_return std::unexpected(step.error());
        if (*step == Tls::Wait::nothing) break;
        Result<void> waited = co_await wait(*step);
        if (!waited) co_return waited;
    }
    co_return Result<void>();
}

asio::awaitable<Result<void>> Connection::greet() {
    phase_ = Phase::greeting;
    if (end_reason_) co_return std::unexpected(*end_reason_);
    if (dialled_by_us()) {
        // Our Hello opens the session at the other end, before we could still turn it away.
        if (Result<void> admitted = owner_->admit(*found_); !admitted) co_return admitted;
        protocol::Hello ours = owner_->make_hello(protocol::StreamPurpose::control);
        Result<void> written = co_await write_now(protocol::encode_frame(ours));
        if (!written) co_return written;
    }
    const Result<std::optional<protocol::Message>> message = co_await read_greeting();
    if (!message) co_return std::unexpected(message.error());
    Result<void> checked = check_stranger(*message);
    if (!checked) co_return checked;
    if (!dialled_by_us()) {
        protocol::Hello ours = owner_->make_hello(hello_.purpose);
        Result<void> written = co_await write_now(protocol::encode_frame(ours));
        if (!written) co_return written;
        handed_over_ = hello_.purpose == protocol::StreamPurpose::bulk;
    }
    // Only the Hellos tell whether we called ourselves or somebody with our key.
    if (*found_ == owner_->tls().native().self) {
        handed_over_ = false;
        co_return failure(ErrorCode::invalid_argument, "talk to the peer",
                          clone_instance() ? "another computer has the key of this peer"
                                           : "it is this peer itself");
    }
    co_return Result<void>();
}

std::optional<std::uint64_t> Connection::clone_instance() const {
    const bool our_key = found_ == owner_->tls().native().self && hello_.peer == found_;
    const auto purpose = protocol::StreamPurpose::control;
    if (!our_key || hello_.instance == owner_->make_hello(purpose).instance) return std::nullopt;
    return hello_.instance;
}

/// Takes the peer's Hello when it is in order; tells the peer why when it is not.
Result<void> Connection::check_stranger(const std::optional<protocol::Message>& message) {
    using Reason = protocol::Goodbye::Reason;
    const auto purpose = dialled_by_us() ? std::optional(protocol::StreamPurpose::control)
                                         : std::optional<protocol::StreamPurpose>();
    if (auto checked = check_greeting(message, *found_, purpose); !checked) {
        const auto* hello = message ? std::get_if<protocol::Hello>(&*message) : nullptr;
        if (hello != nullptr) {
            const bool same = hello->protocol_version == protocol::kProtocolVersion;
            refuse(!same                    ? Reason::version
                   : hello->peer != *found_ ? Reason::identity
                                            : Reason::protocol);
        }
        return checked;
    }
    if (auto admitted = owner_->admit(*found_); !admitted) {
        refuse(Reason::limit);
        return admitted;
    }
    hello_ = std::get<protocol::Hello>(*message);
    return {};
}

asio::awaitable<Result<void>> Connection::converse() {
    phase_ = Phase::open;
    last_heard_ = last_sent_ = Clock::now();
    owner_->opened(*this);
    for (int reads = 1;; ++reads) {
        if (end_reason_) co_return std::unexpected(*end_reason_);
        const std::span<std::uint8_t> scratch = owner_->scratch();
        const Result<Tls::Progress> progress = tls_->read(scratch);
        if (!progress) co_return std::unexpected(progress.error());
        if (progress->wait != Tls::Wait::nothing) {
            Result<void> waited = co_await wait(progress->wait);
            if (!waited) co_return waited;
            continue;
        }
        Result<void> heard = hear(scratch.first(progress->bytes));
        if (!heard) co_return heard;
        if (pace_.resumes_at() > last_heard_) co_await keep_pace();
        if (reads % kReadsPerTurn == 0) {
            co_await asio::post(socket_.get_executor(), asio::use_awaitable);
        }
    }
}

/// What was read is answered; the rest waits until the peer's pace is that of an honest one.
asio::awaitable<void> Connection::keep_pace() {
    asio::steady_timer timer(socket_.get_executor());
    boost::system::error_code ignored;
    while (!end_reason_ && Clock::now() < pace_.resumes_at()) {
        timer.expires_at(std::min(pace_.resumes_at(), Clock::now() + kPaceStep));
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    last_heard_ = Clock::now();
}

Result<void> Connection::hear(std::span<const std::uint8_t> bytes) {
    last_heard_ = Clock::now();
    if (phase_ == Phase::parting) return {};
    Result<void> good = reader_.append(bytes);
    bool completed = false;
    while (good && phase_ == Phase::open && !end_reason_) {
        const auto body = reader_.next_body();
        if (!body) break;
        completed = true;
        auto message = protocol::decode_body(*body);
        if (message) pace_.count(*message, last_heard_);
        good = message ? take(std::move(*message)) : std::unexpected(message.error());
    }
    if (!good && good.error().code == ErrorCode::protocol) {
        refuse(protocol::Goodbye::Reason::protocol);
    }
    if (!reader_.in_frame()) {
        frame_begun_.reset();
    } else if (completed || !frame_begun_) {
        frame_begun_ = last_heard_;
    }
    return good;
}

Result<void> Connection::take(std::optional<protocol::Message> message) {
    if (!message) {
        if (++unknown_messages_ <= kUnknownMessagesMax) return {};
        return failure(ErrorCode::protocol, "read a message", "too many of unknown kinds");
    }
    if (std::holds_alternative<protocol::Hello>(*message)) {
        return failure(ErrorCode::protocol, "read a message", "the peer says Hello twice");
    }
    const auto* goodbye = std::get_if<protocol::Goodbye>(&*message);
    const bool is_last = goodbye != nullptr;
    const std::string why = is_last ? to_text(goodbye->reason) : std::string();
    owner_->received(*this, std::move(*message));
    if (!is_last) return {};
    return failure(ErrorCode::unavailable, "talk to the peer", "the peer said goodbye: " + why);
}

asio::awaitable<Result<std::optional<protocol::Message>>> Connection::read_greeting() {
    std::array<std::uint8_t, protocol::kFrameHeaderBytes> header{};
    Result<void> read = co_await read_exactly(header);
    if (!read) co_return std::unexpected(read.error());
    const Result<std::size_t> size = frame_body_size(header, kGreetingBytesMax);
    if (!size) co_return std::unexpected(size.error());
    protocol::Bytes body(*size);
    read = co_await read_exactly(body);
    if (!read) co_return std::unexpected(read.error());
    co_return protocol::decode_body(body);
}

asio::awaitable<Result<void>> Connection::read_exactly(std::span<std::uint8_t> into) {
    while (!into.empty()) {
        const Result<Tls::Progress> progress = tls_->read(into);
        if (!progress) co_return std::unexpected(progress.error());
        into = into.subspan(progress->bytes);
        if (progress->wait == Tls::Wait::nothing) continue;
        Result<void> waited = co_await wait(progress->wait);
        if (!waited) co_return waited;
    }
    co_return Result<void>();
}

asio::awaitable<Result<void>> Connection::write_now(protocol::Bytes bytes) {
    std::span<const std::uint8_t> left = bytes;
    while (!left.empty()) {
        const Result<Tls::Progress> progress = tls_->write(left);
        if (!progress) co_return std::unexpected(progress.error());
        left = left.subspan(progress->bytes);
        if (progress->wait == Tls::Wait::nothing) continue;
        Result<void> waited = co_await wait(progress->wait);
        if (!waited) co_return waited;
    }
    co_return Result<void>();
}

asio::awaitable<Result<void>> Connection::wait(Tls::Wait wait) {
    boost::system::error_code error;
    const auto readiness =
        wait == Tls::Wait::readable ? tcp::socket::wait_read : tcp::socket::wait_write;
    co_await socket_.async_wait(readiness, asio::redirect_error(asio::use_awaitable, error));
    if (end_reason_) co_return std::unexpected(*end_reason_);
    if (error) co_return std::unexpected(network_error(error));
    co_return Result<void>();
}

void Connection::send(const protocol::Message& message) {
    if (phase_ == Phase::open) queue(message);
}

void Connection::queue(const protocol::Message& message) {
    if (end_reason_) return;
    const protocol::Bytes frame = protocol::encode_frame(message);
    const std::size_t waiting = outgoing_.size() - outgoing_sent_;
    if (waiting + frame.size() > owner_->limits().send_queue_bytes_max) {
        abort(Error{ErrorCode::limit, "talk to the peer", "it does not read what it is sent"});
        return;
    }
    if (waiting == 0) last_sent_ = Clock::now();
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
    if (flushing_) return;
    flushing_ = true;
    // What one event makes us say goes out together.
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->flush(); });
}

void Connection::flush() {
    while (outgoing_sent_ < outgoing_.size()) {
        if (end_reason_ || phase_ == Phase::ended) return;
        const auto progress = tls_->write(std::span(outgoing_).subspan(outgoing_sent_));
        if (!progress) return abort(progress.error());
        if (progress->wait != Tls::Wait::nothing) {
            const auto readiness = progress->wait == Tls::Wait::readable ? tcp::socket::wait_read
                                                                         : tcp::socket::wait_write;
            socket_.async_wait(readiness,
                               [self = shared_from_this()](const boost::system::error_code& error) {
                                   if (!error) self->flush();
                               });
            return;
        }
        last_sent_ = Clock::now();
        outgoing_sent_ += progress->bytes;
    }
    drained();
}

void Connection::drained() {
    flushing_ = false;
    outgoing_sent_ = 0;
    outgoing_.clear();
    if (outgoing_.capacity() > kIdleQueueBytes) outgoing_ = protocol::Bytes();
    if (phase_ != Phase::parting) return;
    tls_->finish_writing();
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Connection::disconnect(protocol::Goodbye::Reason reason) {
    if (phase_ != Phase::open) return;
    queue(protocol::Goodbye{reason});
    phase_ = Phase::parting;
    phase_deadline_ = Clock::now() + owner_->limits().goodbye;
}

/// Says why, where that needs no waiting; the caller then ends the connection.
void Connection::refuse(protocol::Goodbye::Reason reason) {
    if (!tls_ || outgoing_sent_ < outgoing_.size()) return;
    const auto said = tls_->write(protocol::encode_frame(protocol::Goodbye{reason}));
    if (said) tls_->finish_writing();
}

/// The descriptor stays open until the coroutine has ended, so that TLS never touches another's.
void Connection::abort(Error reason) {
    if (end_reason_ || phase_ == Phase::ended) return;
    end_reason_ = std::move(reason);
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.cancel(ignored);
}

std::optional<Error> Connection::overdue(Clock::time_point now) const {
    const auto late = [](const char* what) {
        return Error{ErrorCode::timeout, "talk to the peer", what};
    };
    switch (phase_) {
        case Phase::connecting:
            return now < phase_deadline_ ? std::nullopt : std::optional(late("no answer"));
        case Phase::securing:
        case Phase::greeting:
            return now < phase_deadline_ ? std::nullopt
                                         : std::optional(late("it does not finish its greeting"));
        case Phase::parting:
            return now < phase_deadline_ ? std::nullopt : std::optional(late("it was let go"));
        case Phase::ended:
            return std::nullopt;
        case Phase::open:
            break;
    }
    const TransportLimits& limits = owner_->limits();
    if (frame_begun_ && now >= *frame_begun_ + limits.frame) return late("a message never ends");
    if (now >= last_heard_ + limits.idle) return late("nothing was heard for too long");
    const bool sending = outgoing_sent_ < outgoing_.size();
    if (sending && now >= last_sent_ + limits.idle) return late("it does not read any more");
    return std::nullopt;
}

std::optional<std::string> Connection::local_host() const {
    if (phase_ == Phase::connecting) return std::nullopt;
    boost::system::error_code error;
    const tcp::endpoint local = socket_.local_endpoint(error);
    if (error) return std::nullopt;
    const std::string host = numeric_host(local.address());
    return host.substr(0, host.find('%'));
}

protocol::Address Connection::listening_address() const {
    boost::system::error_code error;
    const tcp::endpoint remote = socket_.remote_endpoint(error);
    const std::string host = error ? address_.host : numeric_host(remote.address());
    return protocol::Address{host, dialled_by_us() ? address_.port : hello_.port};
}

void Connection::hand_over() {
    phase_ = Phase::ended;
    boost::system::error_code error;
    Socket socket(socket_.release(error));
    owner_->bulk_opened(*this, std::move(socket), std::move(*tls_));
    tls_.reset();
}

void Connection::finish(const Error& error) {
    phase_ = Phase::ended;
    tls_.reset();
    boost::system::error_code ignored;
    socket_.close(ignored);
    owner_->ended(*this, error);
}

}  // namespace iwant::net
