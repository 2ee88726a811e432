#include "io/net/record_cipher.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>

#include "base/assert.h"

namespace iwant::net {
namespace {

constexpr std::uint8_t kLegacyVersion[] = {3, 3};

using KdfPointer = std::unique_ptr<EVP_KDF, OpensslDeleter<EVP_KDF_free>>;
using KdfContextPointer = std::unique_ptr<EVP_KDF_CTX, OpensslDeleter<EVP_KDF_CTX_free>>;

std::vector<std::uint8_t> label_of(std::string_view name, std::size_t size) {
    const std::string full = "tls13 " + std::string(name);
    std::vector<std::uint8_t> label = {static_cast<std::uint8_t>(size >> 8),
                                       static_cast<std::uint8_t>(size),
                                       static_cast<std::uint8_t>(full.size())};
    label.insert(label.end(), full.begin(), full.end());
    label.push_back(0);  // no context
    return label;
}

void put_header(std::uint8_t* header, std::size_t body_size) {
    header[0] = static_cast<std::uint8_t>(RecordType::application_data);
    std::ranges::copy(kLegacyVersion, header + 1);
    header[3] = static_cast<std::uint8_t>(body_size >> 8);
    header[4] = static_cast<std::uint8_t>(body_size);
}

}  // namespace

TrafficSecret::TrafficSecret(const EVP_MD* digest, std::span<const std::uint8_t> secret)
    : digest_(digest), secret_(secret.begin(), secret.end()) {}

TrafficSecret::~TrafficSecret() {
    OPENSSL_cleanse(secret_.data(), secret_.size());
}

std::vector<std::uint8_t> TrafficSecret::expand(const char* label, std::size_t size) const {
    const KdfPointer kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContextPointer context(EVP_KDF_CTX_new(kdf.get()));
    ASSERT(context != nullptr);
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    auto info = label_of(label, size);
    auto secret = secret_;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                         const_cast<char*>(EVP_MD_get0_name(digest_)), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::vector<std::uint8_t> bytes(size);
    const int derived = EVP_KDF_derive(context.get(), bytes.data(), bytes.size(), parameters);
    OPENSSL_cleanse(secret.data(), secret.size());
    ASSERT(derived == 1);
    return bytes;
}

TrafficSecret TrafficSecret::next() const {
    auto bytes = expand("traffic upd", secret_.size());
    TrafficSecret next(digest_, bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return next;
}

RecordCipher::RecordCipher(const EVP_CIPHER* cipher, std::shared_ptr<const WideAesGcm> wide,
                           TrafficSecret secret, Direction direction, std::uint64_t sequence)
    : cipher_(cipher),
      wide_(std::move(wide)),
      secret_(std::move(secret)),
      direction_(direction),
      sequence_(sequence) {
    set_key();
}

void RecordCipher::set_key() {
    auto key = secret_.expand("key", static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher_)));
    const bool widely = wide_ && EVP_CIPHER_get_nid(cipher_) == NID_aes_128_gcm;
    aead_ = widely ? wide_->cipher(key, direction_) : make_aead(cipher_, key, direction_);
    OPENSSL_cleanse(key.data(), key.size());
    std::ranges::copy(secret_.expand("iv", base_.size()), base_.begin());
}

void RecordCipher::update_key() {
    secret_ = secret_.next();
    sequence_ = 0;
    set_key();
}

Nonce RecordCipher::next_nonce() {
    Nonce nonce = base_;
    for (std::size_t i = 0; i < sizeof sequence_; ++i)
        nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8 * i));
    ++sequence_;
    return nonce;
}

void RecordCipher::seal(RecordType type, std::span<const std::uint8_t> content,
                        std::uint8_t* record) {
    ASSERT(content.size() <= kRecordContentMax);
    put_header(record, content.size() + 1 + kTagBytes);
    aead_->seal(next_nonce(), {record, kRecordHeaderBytes}, content,
                static_cast<std::uint8_t>(type), record + kRecordHeaderBytes);
}

std::optional<RecordCipher::Opened> RecordCipher::open(std::span<const std::uint8_t> record,
                                                       std::uint8_t* content) {
    if (record.size() < kRecordOverhead) return std::nullopt;
    const auto header = record.first(kRecordHeaderBytes);
    std::uint8_t type = 0;
    if (!aead_->open(next_nonce(), header, record.subspan(kRecordHeaderBytes), content, type))
        return std::nullopt;
    std::size_t size = record.size() - kRecordOverhead;
    // Padding is zeros behind the type.
    while (type == 0 && size > 0) type = content[--size];
    if (type < static_cast<std::uint8_t>(RecordType::alert) ||
        type > static_cast<std::uint8_t>(RecordType::application_data) || size > kRecordContentMax)
        return std::nullopt;
    return Opened{static_cast<RecordType>(type), size};
}

}  // namespace iwant::net
