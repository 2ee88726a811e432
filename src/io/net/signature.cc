#include "io/net/signature.h"

#include <map>
#include <utility>

#include <openssl/err.h>

#include "io/net/openssl.h"

namespace iwant::net {
namespace {

KeyPointer native_key(const PublicKey& key) {
    return KeyPointer(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
}

bool verify_with(EVP_PKEY* key, std::span<const std::uint8_t> bytes, const Signature& signature) {
    const DigestPointer digest(EVP_MD_CTX_new());
    const bool valid = key != nullptr && digest &&
                       EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, key) == 1 &&
                       EVP_DigestVerify(digest.get(), signature.data(), signature.size(),
                                        bytes.data(), bytes.size()) == 1;
    ERR_clear_error();
    return valid;
}

}  // namespace

bool verify_signature(const PublicKey& key, std::span<const std::uint8_t> bytes,
                      const Signature& signature) {
    return verify_with(native_key(key).get(), bytes, signature);
}

struct SignatureChecker::Keys {
    std::map<PublicKey, KeyPointer> ready;
};

SignatureChecker::SignatureChecker() : keys_(std::make_unique<Keys>()) {}
SignatureChecker::~SignatureChecker() = default;

bool SignatureChecker::verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                              const Signature& signature) {
    auto& ready = keys_->ready;
    if (const auto found = ready.find(key); found != ready.end()) {
        return verify_with(found->second.get(), bytes, signature);
    }
    KeyPointer native = native_key(key);
    if (!verify_with(native.get(), bytes, signature)) return false;
    if (ready.size() >= kKeysKept) ready.erase(ready.begin());
    ready.emplace(key, std::move(native));
    return true;
}

std::size_t SignatureChecker::keys_kept() const {
    return keys_->ready.size();
}

}  // namespace iwant::net
