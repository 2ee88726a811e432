#include "io/net/tls_checks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

#include <openssl/crypto.h>
#include <openssl/x509_vfy.h>

#include "base/hex.h"

namespace iwant::net {

std::optional<PublicKey> key_of(const X509& certificate) {
    return raw_public_key(X509_get0_pubkey(&certificate));
}

bool speaks_our_protocol(const SSL* ssl) {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return size == sizeof kAlpn - 1 && std::memcmp(name, kAlpn + 1, size) == 0;
}

int verify_certificate(X509_STORE_CTX* store, void*) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* checks = static_cast<Tls::Checks*>(SSL_get_app_data(ssl));
    const STACK_OF(X509)* presented = X509_STORE_CTX_get0_untrusted(store);
    if (checks == nullptr || presented == nullptr || sk_X509_num(presented) != 1) return 0;
    const auto key = key_of(*sk_X509_value(presented, 0));
    if (!key) return 0;
    checks->found = peer_id_of(*key);
    if (checks->expected && *checks->expected != *checks->found) return 0;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

int select_alpn(SSL*, const unsigned char** selected, unsigned char* selected_size,
                const unsigned char* offered, unsigned int offered_size, void*) {
    std::size_t at = 0;
    while (at < offered_size && at + 1 + offered[at] <= offered_size) {
        if (offered[at] == kAlpn[0] && std::memcmp(offered + at, kAlpn, sizeof kAlpn) == 0) {
            *selected = offered + at + 1;
            *selected_size = kAlpn[0];
            return SSL_TLSEXT_ERR_OK;
        }
        at += std::size_t{1} + offered[at];
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void count_messages(int is_written, int, int content_type, const void* bytes, std::size_t size,
                    SSL*, void* state) {
    auto* checks = static_cast<Tls::Checks*>(state);
    if (content_type == SSL3_RT_HEADER) {
        ++(is_written != 0 ? checks->records_written : checks->records_read);
        return;
    }
    if (is_written != 0 || content_type != SSL3_RT_HANDSHAKE || size == 0) return;
    if (*static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE) ++checks->key_updates;
}

void keep_secret(const SSL* ssl, const char* line) {
    const std::string_view text = line;
    const bool dialler = text.starts_with("CLIENT_TRAFFIC_SECRET_0 ");
    if (!dialler && !text.starts_with("SERVER_TRAFFIC_SECRET_0 ")) return;
    const std::string_view digits = text.substr(text.rfind(' ') + 1);
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes{};
    const auto secret = std::span(bytes).first(std::min(digits.size() / 2, bytes.size()));
    if (!hex_decode(digits, secret)) return;
    auto* checks = static_cast<Tls::Checks*>(SSL_get_app_data(ssl));
    auto& place = dialler ? checks->dialler_secret : checks->listener_secret;
    place.emplace(SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl)), secret);
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

}  // namespace iwant::net
