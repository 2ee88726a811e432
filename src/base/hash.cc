#include "base/hash.h"

#include <blake3.h>

namespace iwant {

struct Hasher::State {
    blake3_hasher hasher;
};

Hasher::Hasher() : state_(std::make_unique<State>()) {
    blake3_hasher_init(&state_->hasher);
}

Hasher::Hasher(std::string_view context) : state_(std::make_unique<State>()) {
    blake3_hasher_init_derive_key_raw(&state_->hasher, context.data(), context.size());
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::update(std::span<const std::uint8_t> bytes) {
    blake3_hasher_update(&state_->hasher, bytes.data(), bytes.size());
    return *this;
}

Hasher& Hasher::update(std::string_view text) {
    blake3_hasher_update(&state_->hasher, text.data(), text.size());
    return *this;
}

Hasher& Hasher::update_u64(std::uint64_t number) {
    std::uint8_t bytes[8];
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(number);
        number >>= 8;
    }
    return update(bytes);
}

Hash256 Hasher::digest() const {
    Hash256 hash;
    blake3_hasher_finalize(&state_->hasher, hash.bytes.data(), hash.bytes.size());
    return hash;
}

Hash256 hash_bytes(std::span<const std::uint8_t> bytes) {
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, bytes.data(), bytes.size());
    Hash256 hash;
    blake3_hasher_finalize(&hasher, hash.bytes.data(), hash.bytes.size());
    return hash;
}

}  // namespace iwant
