#pragma once

// What OpenSSL calls back into while a connection lives: who may be on the other side, which
// protocol is spoken, how bytes reach the socket. Private to io/net.

#include <cstdint>
#include <optional>

#include "io/net/record_cipher.h"
#include "io/net/tls.h"

namespace iwant::net {

inline constexpr unsigned char kAlpn[] = {7, 'i', 'w', 'a', 'n', 't', '/', '1'};

struct Tls::Checks {
    std::optional<PeerId> expected;
    std::optional<PeerId> found;
    PublicKey key{};  ///< of `found`, once the handshake is done
    int descriptor = -1;
    int socket_error = 0;
    bool at_end = false;
    std::uint32_t key_updates = 0;  ///< of the peer's
    /// What each side's first application key follows from, until a bulk stream takes them.
    std::optional<TrafficSecret> dialler_secret;
    std::optional<TrafficSecret> listener_secret;
    /// With those keys.
    std::uint64_t records_read = 0;
    std::uint64_t records_written = 0;
};

/// The key of a certificate; nothing unless it is Ed25519.
std::optional<PublicKey> key_of(const X509& certificate);

/// Whether ALPN agreed on exactly our protocol.
bool speaks_our_protocol(const SSL* ssl);

/// For SSL_CTX_set_cert_verify_callback: exactly one certificate, Ed25519, and of the expected
/// peer. Dates and names in it mean nothing: the key is the identity.
int verify_certificate(X509_STORE_CTX* store, void* unused);

/// For SSL_CTX_set_alpn_select_cb.
int select_alpn(SSL* ssl, const unsigned char** selected, unsigned char* selected_size,
                const unsigned char* offered, unsigned int offered_size, void* unused);

/// For SSL_set_msg_callback; `checks` is a Tls::Checks. Counts records and key updates.
void count_messages(int is_written, int version, int content_type, const void* bytes,
                    std::size_t size, SSL* ssl, void* checks);

/// For SSL_CTX_set_keylog_callback: keeps the traffic secrets in the connection's Checks, where
/// OpenSSL has no other way to tell them.
void keep_secret(const SSL* ssl, const char* line);

}  // namespace iwant::net
