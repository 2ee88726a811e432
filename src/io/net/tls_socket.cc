// OpenSSL's way to the socket. Its own socket BIO writes without MSG_NOSIGNAL, so that a peer that
// went away would end the process.

#include <cerrno>
#include <optional>

#include <boost/asio/detail/socket_types.hpp>

#include "io/net/tls_checks.h"

namespace iwant::net {
namespace {

Tls::Checks& state_of(BIO* bio) {
    return *static_cast<Tls::Checks*>(BIO_get_data(bio));
}

bool would_block(int number) {
    return number == EAGAIN || number == EWOULDBLOCK;
}

/// Bytes that the socket took; nothing when it takes none now, or fails (`socket_error`).
std::optional<std::size_t> send_some(Tls::Checks& checks, const void* bytes, std::size_t size) {
    ssize_t put = 0;
    do {
        put = ::send(checks.descriptor, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (put < 0 && errno == EINTR);
    if (put >= 0) return static_cast<std::size_t>(put);
    if (!would_block(errno)) checks.socket_error = errno;
    return std::nullopt;
}

int write_failed(BIO* bio) {
    if (state_of(bio).socket_error == 0) BIO_set_retry_write(bio);
    return 0;
}

int socket_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    Tls::Checks& checks = state_of(bio);
    const bool has_room = checks.outgoing.size() + size <= checks.outgoing_bytes_max;
    if (!has_room && !send_outgoing(checks)) return write_failed(bio);
    if (size <= checks.outgoing_bytes_max) {
        const auto* record = reinterpret_cast<const unsigned char*>(bytes);
        checks.outgoing.insert(checks.outgoing.end(), record, record + size);
        *written = size;
        return 1;
    }
    const auto put = send_some(checks, bytes, size);
    if (!put) return write_failed(bio);
    *written = *put;
    return 1;
}

int socket_flush(BIO* bio) {
    BIO_clear_retry_flags(bio);
    return send_outgoing(state_of(bio)) ? 1 : write_failed(bio);
}

int socket_read(BIO* bio, char* into, std::size_t size, std::size_t* read) {
    BIO_clear_retry_flags(bio);
    ssize_t got = 0;
    do {
        got = ::recv(state_of(bio).descriptor, into, size, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        *read = static_cast<std::size_t>(got);
        return 1;
    }
    if (got == 0) {
        state_of(bio).at_end = true;
    } else if (would_block(errno)) {
        BIO_set_retry_read(bio);
    } else {
        state_of(bio).socket_error = errno;
    }
    return 0;
}

long socket_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return socket_flush(bio);
    if (command == BIO_CTRL_EOF) return state_of(bio).at_end ? 1 : 0;
    return 0;
}

}  // namespace

bool send_outgoing(Tls::Checks& checks) {
    while (checks.outgoing_sent < checks.outgoing.size()) {
        const auto put = send_some(checks, checks.outgoing.data() + checks.outgoing_sent,
                                   checks.outgoing.size() - checks.outgoing_sent);
        if (!put) return false;
        checks.outgoing_sent += *put;
    }
    checks.outgoing.clear();
    checks.outgoing_sent = 0;
    return true;
}

std::shared_ptr<BIO_METHOD> make_socket_method() {
    std::shared_ptr<BIO_METHOD> method(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "iwant socket"),
        BioMethodDeleter());
    BIO_meth_set_write_ex(method.get(), socket_write);
    BIO_meth_set_read_ex(method.get(), socket_read);
    BIO_meth_set_ctrl(method.get(), socket_control);
    return method;
}

}  // namespace iwant::net
