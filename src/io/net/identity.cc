#include "io/net/identity.h"

#include <cstdio>
#include <string>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/assert.h"
#include "io/net/key_file.h"
#include "io/net/openssl.h"
#include "io/net/signature.h"

namespace iwant::net {
namespace {

/// Never asks: a key behind a pass-phrase is refused, not prompted for on some terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

KeyPointer parse_key(const std::string& pem) {
    ERR_clear_error();
    const BioPointer source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    KeyPointer key(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    return key;
}

Result<std::string> serialize_key(EVP_PKEY* key) {
    const BioPointer target(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_PKCS8PrivateKey(target.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
        1) {
        return failure(ErrorCode::io, "make an identity", take_openssl_error());
    }
    const char* bytes = nullptr;
    const long size = BIO_get_mem_data(target.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

Result<void> create_key(const std::filesystem::path& key_file) {
    ERR_clear_error();
    const KeyPointer key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) return failure(ErrorCode::io, "make an identity", take_openssl_error());
    auto pem = serialize_key(key.get());
    if (!pem) return failure(std::move(pem));
    auto created = create_key_file(key_file, *pem);
    OPENSSL_cleanse(pem->data(), pem->size());
    return created;
}

}  // namespace

Result<Identity> Identity::load_or_create(const std::filesystem::path& key_file) {
    auto pem = read_key_file(key_file);
    if (!pem) return failure(std::move(pem));
    if (!*pem) {
        auto created = create_key(key_file);
        if (!created && created.error().code != ErrorCode::already_exists) {
            return failure(std::move(created));
        }
        pem = read_key_file(key_file);
        if (!pem) return failure(std::move(pem));
        if (!*pem) {
            return failure(ErrorCode::changed, "use the key file " + key_file.string(),
                           "it went away while it was made; start again");
        }
    }
    KeyPointer pair = parse_key(**pem);
    OPENSSL_cleanse((*pem)->data(), (*pem)->size());
    const auto public_key = raw_public_key(pair.get());
    if (!public_key) {
        return failure(ErrorCode::corrupt, "use the key file " + key_file.string(),
                       "it is damaged or not an Ed25519 key; restore it from a backup, or move it "
                       "away to start as a new peer: mv \"" +
                           key_file.string() + "\" \"" + key_file.string() + ".damaged\"");
    }
    auto key = std::make_unique<Key>();
    key->pair = std::move(pair);
    key->public_key = *public_key;
    key->peer = peer_id_of(*public_key);
    return Identity(std::move(key));
}

Identity::Identity(std::unique_ptr<Key> key) : key_(std::move(key)) {}
Identity::~Identity() = default;
Identity::Identity(Identity&&) noexcept = default;
Identity& Identity::operator=(Identity&&) noexcept = default;

const PeerId& Identity::peer() const {
    return key_->peer;
}
const PublicKey& Identity::public_key() const {
    return key_->public_key;
}

Signature Identity::sign(std::span<const std::uint8_t> bytes) const {
    ERR_clear_error();
    const DigestPointer digest(EVP_MD_CTX_new());
    Signature signature{};
    std::size_t size = signature.size();
    ASSERT(digest != nullptr);
    ASSERT(EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key_->pair.get()) == 1);
    ASSERT(EVP_DigestSign(digest.get(), signature.data(), &size, bytes.data(), bytes.size()) == 1);
    ASSERT(size == signature.size());
    return signature;
}

bool Identity::verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                      const Signature& signature) const {
    return verify_signature(key, bytes, signature);
}

}  // namespace iwant::net
