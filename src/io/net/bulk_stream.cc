#include "io/net/bulk_stream.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "core/protocol/address_text.h"
#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "io/net/bulk_socket_stream.h"
#include "io/net/greeting.h"

namespace iwant::net {
namespace {

/// Frames wait for company up to here; then they are sent.
constexpr std::size_t kOutgoingBytesMax = 64 * 1024;
/// Pieces of up to so much do as well: many small files fill a record together.
constexpr std::size_t kSmallPieceBytesMax = 32 * 1024;

Clock::time_point stall_deadline() {
    return Clock::now() + protocol::kBulkStallTimeout;
}

}  // namespace

Result<std::shared_ptr<BulkStream>> BulkStream::dial(const TlsContext& tls,
                                                     const protocol::Address& address,
                                                     const PeerId& expected,
                                                     const protocol::Hello& hello,
                                                     const std::stop_token& stop) {
    auto socket = connect_to(address, Clock::now() + protocol::kConnectTimeout, stop);
    if (!socket) return failure(std::move(socket));
    Tls secured(tls, socket->descriptor(), Tls::Role::dialler, expected);
    auto stream = std::make_shared<BulkSocketStream>(std::move(*socket), std::move(secured),
                                                     expected, nullptr);
    const std::stop_callback shut_down_on_stop(stop, [&ours = *stream] { ours.shut_down(); });
    auto greeted = stream->greet(tls, hello, Clock::now() + protocol::kHandshakeTimeout);
    if (!greeted) {
        Error error = std::move(greeted).error();
        error.operation = "open a bulk stream to " + to_string(address);
        return std::unexpected(std::move(error));
    }
    return stream;
}

BulkSocketStream::BulkSocketStream(Socket socket, Tls tls, const PeerId& peer,
                                   std::shared_ptr<const void> lease)
    : socket_(std::move(socket)), tls_(std::move(tls)), peer_(peer), lease_(std::move(lease)) {
    set_bulk_options(socket_.descriptor());
}

Result<void> BulkSocketStream::greet(const TlsContext& tls, const protocol::Hello& hello,
                                     Clock::time_point deadline) {
    for (;;) {
        const auto step = tls_.handshake();
        if (!step) return std::unexpected(told(step.error()));
        if (*step == Tls::Wait::nothing) break;
        if (auto waited = wait(*step, deadline); !waited) return waited;
    }
    if (auto prepared = tls_.prepare_for_bulk(tls); !prepared) return prepared;
    protocol::Hello ours = hello;
    ours.purpose = protocol::StreamPurpose::bulk;
    if (auto sent = write(protocol::encode_frame(ours), deadline); !sent) return sent;
    if (auto sent = send_written(deadline); !sent) return sent;
    const auto answer = read_frame(deadline, deadline);
    if (!answer) return std::unexpected(answer.error());
    return check_greeting(*answer, peer_, protocol::StreamPurpose::bulk);
}

Result<void> BulkSocketStream::send(const protocol::Message& message) {
    const auto frame = protocol::encode_frame(message);
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
    return outgoing_.size() < kOutgoingBytesMax ? Result<void>() : flush();
}

Result<void> BulkSocketStream::send_piece(const protocol::PieceHeader& header,
                                          std::span<const std::uint8_t> bytes) {
    ASSERT(header.length == bytes.size());
    const auto frame = protocol::encode_frame(header);
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
    if (bytes.size() <= kSmallPieceBytesMax) {
        outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
        return outgoing_.size() < kOutgoingBytesMax ? Result<void>() : flush();
    }
    // The header travels with the first of the bytes.
    return send_raw(bytes);
}

Result<void> BulkSocketStream::send_raw(std::span<const std::uint8_t> bytes) {
    auto written = write(outgoing_, stall_deadline());
    outgoing_.clear();
    return written ? write_all(bytes) : written;
}

Result<void> BulkSocketStream::flush() {
    if (outgoing_.empty()) return {};
    auto written = write_all(outgoing_);
    outgoing_.clear();
    return written;
}

Result<protocol::Message> BulkSocketStream::receive(std::chrono::milliseconds timeout) {
    for (;;) {
        auto message = read_frame(Clock::now() + timeout, std::nullopt);
        if (!message) return failure(std::move(message));
        if (*message) return std::move(**message);
        if (++unknown_messages_ > kUnknownMessagesMax) {
            return failure(ErrorCode::protocol, "read a message", "too many of unknown kinds");
        }
    }
}

Result<std::size_t> BulkSocketStream::receive_some(std::span<std::uint8_t> into) {
    return read_some(into, stall_deadline());
}

Result<void> BulkStream::receive_raw(std::span<std::uint8_t> into) {
    while (!into.empty()) {
        const auto size = receive_some(into);
        if (!size) return std::unexpected(size.error());
        into = into.subspan(*size);
    }
    return {};
}

void BulkSocketStream::shut_down() {
    shut_down_ = true;
    socket_.shut_down();
}

/// Writes everything as long as something moves, and sends it.
Result<void> BulkSocketStream::write_all(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), kOutgoingBytesMax);
        if (auto written = write(bytes.first(size), stall_deadline()); !written) return written;
        bytes = bytes.subspan(size);
    }
    return send_written(stall_deadline());
}

/// Some of it may wait for send_written().
Result<void> BulkSocketStream::write(std::span<const std::uint8_t> bytes,
                                     Clock::time_point deadline) {
    while (!bytes.empty()) {
        const auto progress = tls_.write(bytes);
        if (!progress) return std::unexpected(told(progress.error()));
        bytes = bytes.subspan(progress->bytes);
        if (auto waited = wait(progress->wait, deadline); !waited) return waited;
    }
    return {};
}

Result<void> BulkSocketStream::send_written(Clock::time_point deadline) {
    for (;;) {
        const auto step = tls_.flush();
        if (!step) return std::unexpected(told(step.error()));
        if (*step == Tls::Wait::nothing) return {};
        if (auto waited = wait(*step, deadline); !waited) return waited;
    }
}

Result<std::size_t> BulkSocketStream::read_some(std::span<std::uint8_t> into,
                                                Clock::time_point deadline) {
    for (;;) {
        const auto progress = tls_.read(into);
        if (!progress) return std::unexpected(told(progress.error()));
        if (progress->bytes > 0) return progress->bytes;
        // The peer may wait for what is queued; as long as it sends, there is time to collect more.
        if (auto flushed = flush(); !flushed) return failure(std::move(flushed));
        if (auto waited = wait(progress->wait, deadline); !waited)
            return failure(std::move(waited));
    }
}

Result<void> BulkSocketStream::read_exactly(std::span<std::uint8_t> into,
                                            Clock::time_point deadline) {
    while (!into.empty()) {
        const auto size = read_some(into, deadline);
        if (!size) return std::unexpected(size.error());
        into = into.subspan(*size);
    }
    return {};
}

/// An empty optional for a message of an unknown kind. Once begun, a frame has kFrameTimeout unless
/// said otherwise.
Result<std::optional<protocol::Message>> BulkSocketStream::read_frame(
    Clock::time_point begins_before, std::optional<Clock::time_point> ends_before) {
    std::array<std::uint8_t, protocol::kFrameHeaderBytes> header{};
    const auto begun = read_some(header, begins_before);
    if (!begun) return std::unexpected(begun.error());
    const auto deadline = ends_before.value_or(Clock::now() + protocol::kFrameTimeout);
    auto read = read_exactly(std::span(header).subspan(*begun), deadline);
    if (!read) return failure(std::move(read));
    const auto size = frame_body_size(header, protocol::kFrameBytesMax);
    if (!size) return std::unexpected(size.error());
    body_.resize(*size);
    read = read_exactly(body_, deadline);
    if (!read) return failure(std::move(read));
    return protocol::decode_body(body_);
}

Result<void> BulkSocketStream::wait(Tls::Wait wait, Clock::time_point deadline) {
    if (wait == Tls::Wait::nothing) return {};
    const auto readiness = wait == Tls::Wait::readable ? Readiness::readable : Readiness::writable;
    auto waited = wait_for(socket_.descriptor(), readiness, deadline);
    if (!waited) return std::unexpected(told(std::move(waited).error()));
    return {};
}

/// Whatever fails after shut_down() fails because of it.
Error BulkSocketStream::told(Error error) const {
    if (!shut_down_) return error;
    return Error{ErrorCode::cancelled, "use a bulk stream", "it was shut down"};
}

}  // namespace iwant::net
