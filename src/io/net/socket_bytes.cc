#include "io/net/socket_bytes.h"

#include <cerrno>

#include <boost/asio/detail/socket_types.hpp>

namespace iwant::net {
namespace {

int real_error() {
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
}

}  // namespace

Moved send_some(int descriptor, std::span<const std::uint8_t> bytes) {
    ssize_t put = 0;
    do {
        put = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (put < 0 && errno == EINTR);
    if (put < 0) return {.error = real_error()};
    return {.bytes = static_cast<std::size_t>(put)};
}

Moved receive_some(int descriptor, std::span<std::uint8_t> into) {
    ssize_t got = 0;
    do {
        got = ::recv(descriptor, into.data(), into.size(), MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return {.error = real_error()};
    return {.bytes = static_cast<std::size_t>(got), .at_end = got == 0};
}

}  // namespace iwant::net
