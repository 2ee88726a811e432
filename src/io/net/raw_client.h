#pragma once

// An attacker for tests: OpenSSL used directly, blocking, with any key, certificate and settings.
// Runs on a thread of its own beside the event thread.

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/net/openssl.h"

namespace iwant::net {

inline KeyPointer make_key(const char* kind) {
    const std::string name = kind;
    if (name == "RSA") return KeyPointer(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{2048}));
    if (name == "P-256") return KeyPointer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    return KeyPointer(EVP_PKEY_Q_keygen(nullptr, nullptr, kind));
}

/// Valid for the given seconds from now; negative ones are in the past.
inline CertificatePointer make_test_certificate(EVP_PKEY* key, long begins_s, long ends_s) {
    CertificatePointer certificate(X509_new());
    X509* x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), begins_s);
    X509_gmtime_adj(X509_getm_notAfter(x509), ends_s);
    X509_set_pubkey(x509, key);
    const std::string kind = EVP_PKEY_get0_type_name(key);
    const bool own_digest = kind == "ED25519" || kind == "ED448";
    if (X509_sign(x509, key, own_digest ? nullptr : EVP_sha256()) == 0) std::abort();
    return certificate;
}

inline void set_alpn(SSL_CTX* context, const std::string& name) {
    std::string list(1, static_cast<char>(name.size()));
    list += name;
    const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
    SSL_CTX_set_alpn_protos(context, bytes, static_cast<unsigned>(list.size()));
}

inline int connect_raw(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(descriptor, generic, sizeof address) != 0) std::abort();
    return descriptor;
}

class RawClient {
  public:
    using Configure = std::function<void(SSL_CTX*)>;

    /// A well-behaved client, but for what `configure` changes.
    RawClient(std::uint16_t port, EVP_PKEY* key, const Configure& configure = {})
        : descriptor_(connect_raw(port)), context_(SSL_CTX_new(TLS_client_method())) {
        if (key != nullptr) {
            const auto certificate = make_test_certificate(key, 0, 3600);
            SSL_CTX_use_certificate(context_.get(), certificate.get());
            SSL_CTX_use_PrivateKey(context_.get(), key);
        }
        set_alpn(context_.get(), "iwant/1");
        if (configure) configure(context_.get());
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), descriptor_);
    }
    ~RawClient() { ::close(descriptor_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool handshake() { return SSL_connect(ssl_.get()) == 1; }
    bool write(const std::vector<std::uint8_t>& bytes) {
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
    }
    /// Bytes read, 0 when the connection ended.
    std::size_t read() {
        std::uint8_t bytes[4096];
        const int size = SSL_read(ssl_.get(), bytes, sizeof bytes);
        ERR_clear_error();
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    SSL* ssl() { return ssl_.get(); }

  private:
    int descriptor_;
    SslContextPointer context_;
    SslPointer ssl_;
};

}  // namespace iwant::net
