#pragma once

// A Signatory for tests and the simulator: a signature is a hash of the public key and the bytes.
// Anybody could forge one, so whoever plays a liar must not; but it is a thousand times faster than
// Ed25519 and made from a number, and PeerIds follow from keys as they really do.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/hash.h"
#include "base/signatory.h"

namespace iwant {

class TestSignatory final : public Signatory {
  public:
    explicit TestSignatory(const PublicKey& key) : key_(key) {}
    /// The peer of this number in a world of this seed.
    TestSignatory(std::uint64_t seed, std::uint64_t number) : key_(key_of(seed, number)) {}
    /// The peer whose PeerId begins with the byte `number`, so that peers order by their numbers.
    static TestSignatory numbered(std::uint8_t number) {
        static const std::array<std::uint64_t, 256> seeds = seeds_of_numbers();
        return TestSignatory(seeds[number], number);
    }

    const PublicKey& public_key() const override { return key_; }
    PeerId peer() const { return peer_id_of(key_); }
    Signature sign(std::span<const std::uint8_t> bytes) const override {
        return signature_of(key_, bytes);
    }
    bool verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                const Signature& signature) const override {
        return signature == signature_of(key, bytes);
    }

  private:
    static std::array<std::uint64_t, 256> seeds_of_numbers() {
        std::array<std::uint64_t, 256> seeds{};
        for (std::size_t number = 0; number < seeds.size(); ++number) {
            while (peer_id_of(key_of(seeds[number], number)).hash.bytes[0] != number)
                ++seeds[number];
        }
        return seeds;
    }
    static PublicKey key_of(std::uint64_t seed, std::uint64_t number) {
        return Hasher().update("key").update_u64(seed).update_u64(number).digest().bytes;
    }
    static Signature signature_of(const PublicKey& key, std::span<const std::uint8_t> bytes) {
        Signature signature;
        auto next = signature.begin();
        for (const std::uint64_t half : {0, 1}) {
            const Hash256 hash = Hasher().update(key).update_u64(half).update(bytes).digest();
            next = std::ranges::copy(hash.bytes, next).out;
        }
        return signature;
    }

    PublicKey key_;
};

}  // namespace iwant
