#pragma once

// Signing for this peer and checking what others signed. The daemon does it with Ed25519, the
// simulator and the tests with a keyed hash (test_signatory.h): the same result for the same input,
// so that the pure core may use it, and knows of no cryptography but this.

#include <array>
#include <cstdint>
#include <span>

#include "base/ids.h"

namespace iwant {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// BLAKE3 in derive-key mode (context "iwant 2026-11 peer id") of the raw public key.
PeerId peer_id_of(const PublicKey& key);

/// Whoever signs bytes for more than one purpose begins them with what they are for.
class Signatory {
  public:
    virtual ~Signatory() = default;
    virtual const PublicKey& public_key() const = 0;
    virtual Signature sign(std::span<const std::uint8_t> bytes) const = 0;
    /// Whether the owner of `key` signed these bytes; false for a key that is none.
    virtual bool verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                        const Signature& signature) const = 0;
};

}  // namespace iwant
