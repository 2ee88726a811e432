// OpenSSL's way to the socket. Its own socket BIO writes without MSG_NOSIGNAL, so that a peer that
// went away would end the process.

#include "io/net/socket_bytes.h"
#include "io/net/tls_checks.h"

namespace iwant::net {
namespace {

Tls::Checks& state_of(BIO* bio) {
    return *static_cast<Tls::Checks*>(BIO_get_data(bio));
}

int socket_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
    BIO_clear_retry_flags(bio);
    Tls::Checks& checks = state_of(bio);
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes);
    const Moved put = send_some(checks.descriptor, {begin, size});
    *written = put.bytes;
    if (put.bytes > 0) return 1;
    checks.socket_error = put.error;
    if (put.error == 0) BIO_set_retry_write(bio);
    return 0;
}

int socket_read(BIO* bio, char* into, std::size_t size, std::size_t* read) {
    BIO_clear_retry_flags(bio);
    Tls::Checks& checks = state_of(bio);
    const Moved got =
        receive_some(checks.descriptor, {reinterpret_cast<std::uint8_t*>(into), size});
    *read = got.bytes;
    if (got.bytes > 0) return 1;
    checks.socket_error = got.error;
    checks.at_end = got.at_end;
    if (got.error == 0 && !got.at_end) BIO_set_retry_read(bio);
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
