// OpenSSL's way to the socket. Its own socket BIO writes without MSG_NOSIGNAL, so that a peer that
// went away would end the process.

#include <cerrno>

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

int socket_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    ssize_t put = 0;
    do {
        put = ::send(state_of(bio).descriptor, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (put < 0 && errno == EINTR);
    if (put >= 0) {
        *written = static_cast<std::size_t>(put);
        return 1;
    }
    if (would_block(errno)) {
        BIO_set_retry_write(bio);
    } else {
        state_of(bio).socket_error = errno;
    }
    return 0;
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
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return state_of(bio).at_end ? 1 : 0;
    return 0;
}

}  // namespace

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
