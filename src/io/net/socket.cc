#include "io/net/socket.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/protocol/address_text.h"
#include "io/net/address.h"

namespace iwant::net {
namespace {

constexpr int kUnacknowledgedMsMax = 30'000;

std::string reason(int number) {
    return std::generic_category().message(number);
}

}  // namespace

Socket::~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

void Socket::shut_down() const {
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Result<void> wait_for(int descriptor, Readiness readiness, Clock::time_point deadline) {
    pollfd waited{descriptor,
                  static_cast<short>(readiness == Readiness::readable ? POLLIN : POLLOUT), 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        const int timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
        const int ready = ::poll(&waited, 1, timeout_ms);
        if (ready > 0) return {};
        if (ready == 0) {
            return failure(ErrorCode::timeout, "wait for the peer", "nothing came in time");
        }
        if (errno != EINTR) return failure(ErrorCode::network, "wait for the peer", reason(errno));
    }
}

Result<Socket> connect_to(const protocol::Address& address, Clock::time_point deadline,
                          const std::stop_token& stop) {
    const std::string operation = "connect to " + to_string(address);
    const auto endpoint = numeric_endpoint(address);
    if (!endpoint) return failure(ErrorCode::invalid_argument, operation, "not a numeric address");
    Socket socket(::socket(endpoint->protocol().family(),
                           SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (socket.descriptor() < 0) return failure(ErrorCode::network, operation, reason(errno));
    set_session_options(socket.descriptor());
    const auto size = static_cast<socklen_t>(endpoint->size());
    if (::connect(socket.descriptor(), endpoint->data(), size) == 0) return socket;
    if (errno != EINPROGRESS) return failure(ErrorCode::network, operation, reason(errno));
    Result<void> waited;
    {
        // A socket that is shut down while it connects wakes who waits for it.
        const std::stop_callback shut_down_on_stop(stop, [&socket] { socket.shut_down(); });
        waited = wait_for(socket.descriptor(), Readiness::writable, deadline);
    }
    if (stop.stop_requested()) return failure(ErrorCode::cancelled, operation, "stopped");
    if (!waited) {
        return failure(waited.error().code, operation, "no answer");
    }
    int outcome = 0;
    socklen_t outcome_size = sizeof outcome;
    ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &outcome, &outcome_size);
    if (outcome != 0) return failure(ErrorCode::network, operation, reason(outcome));
    return socket;
}

void set_session_options(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#ifdef TCP_USER_TIMEOUT
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnacknowledgedMsMax,
                 sizeof kUnacknowledgedMsMax);
#endif
}

// BBR paces what it sends, by a timer; at the rates and round trips of a local network that costs
// an eighth of all processor time of a transfer and brings nothing. Most systems use CUBIC anyway.
void set_bulk_options(int descriptor) {
#ifdef TCP_CONGESTION
    static constexpr std::string_view kCubic = "cubic";
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, kCubic.data(), kCubic.size());
#else
    static_cast<void>(descriptor);
#endif
}

}  // namespace iwant::net
