// The one place where TLS is configured: doc/security.md, "The handshake", line by line.

#include <charconv>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "io/net/tls.h"
#include "io/net/tls_checks.h"

namespace iwant::net {
namespace {

constexpr char kOperation[] = "set up TLS";
constexpr long kCertificateBytesMax = 4096;

/// Whether this processor has instructions for AES: bit 57 of x86's capability word (AES-NI), bit 2
/// of ARM's. OpenSSL tells it as "OPENSSL_ia32cap=0x7ff...:0x...".
bool has_aes_instructions() {
    const char* settings = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
    if (settings == nullptr) return false;
    const char* digits = std::strstr(settings, "=0x");
    if (digits == nullptr) return false;
    std::uint64_t word = 0;
    std::from_chars(digits + 3, digits + std::strlen(digits), word, 16);
    const unsigned bit = std::strstr(settings, "ia32cap") != nullptr ? 57 : 2;
    return (word >> bit & 1) != 0;
}

/// Nothing in the certificate but the key says anything: a constant name, a random serial number,
/// dates that never matter.
CertificatePointer make_certificate(EVP_PKEY* key) {
    CertificatePointer certificate(X509_new());
    std::uint64_t serial = 0;
    if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
        return nullptr;
    }
    X509* x509 = certificate.get();
    X509_NAME* name = X509_get_subject_name(x509);
    const auto* common_name = reinterpret_cast<const unsigned char*>("iwant");
    const bool made =
        X509_set_version(x509, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), (serial >> 1) | 1) == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "20000101000000Z") == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "99991231235959Z") == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
        X509_set_issuer_name(x509, name) == 1 && X509_set_pubkey(x509, key) == 1 &&
        X509_sign(x509, key, nullptr) > 0;
    return made ? std::move(certificate) : nullptr;
}

bool set_algorithms(SSL_CTX* context) {
    const char* suites =
        has_aes_instructions()
            ? "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"
            : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, suites) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
           SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1 &&
           SSL_CTX_set1_client_sigalgs_list(context, "ed25519") == 1;
}

void set_verification(SSL_CTX* context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
    SSL_CTX_set_max_cert_list(context, kCertificateBytesMax);
}

/// A resumed session would skip the verify callback, early data could be replayed: neither exists.
bool forbid_resumption(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    return SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_set_max_early_data(context, 0) == 1 &&
           SSL_CTX_set_recv_max_early_data(context, 0) == 1;
}

bool set_protocol(SSL_CTX* context) {
    SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
    return SSL_CTX_set_alpn_protos(context, kAlpn, sizeof kAlpn) == 0;
}

bool set_key(SSL_CTX* context, EVP_PKEY* key) {
    const auto certificate = make_certificate(key);
    return certificate && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::create(const Identity& identity,
                                                       std::uint64_t records_per_key) {
    ERR_clear_error();
    auto native = std::make_unique<Native>();
    native->self = identity.peer();
    native->records_per_key = records_per_key;
    native->socket_method = make_socket_method();
    native->context.reset(SSL_CTX_new(TLS_method()));
    SSL_CTX* context = native->context.get();
    if (context == nullptr || !set_algorithms(context) || !forbid_resumption(context) ||
        !set_protocol(context) || !set_key(context, identity.key().pair.get())) {
        return failure(ErrorCode::io, kOperation, take_openssl_error());
    }
    set_verification(context);
    SSL_CTX_set_keylog_callback(context, keep_secret);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return std::make_unique<TlsContext>(std::move(native));
}

TlsContext::TlsContext(std::unique_ptr<Native> native) : native_(std::move(native)) {}
TlsContext::~TlsContext() = default;

}  // namespace iwant::net
