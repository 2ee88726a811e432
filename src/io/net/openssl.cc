#include "io/net/openssl.h"

#include <openssl/err.h>

namespace iwant::net {

std::string take_openssl_error() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0) return "unknown reason";
    if (const char* reason = ERR_reason_error_string(code)) return reason;
    return "OpenSSL error " + std::to_string(code);
}

std::optional<PublicKey> raw_public_key(const EVP_PKEY* key) {
    PublicKey raw{};
    std::size_t size = raw.size();
    if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
    if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1 || size != raw.size()) {
        return std::nullopt;
    }
    return raw;
}

}  // namespace iwant::net
