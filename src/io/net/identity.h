#pragma once

// Who this peer is: an Ed25519 key made at the first start. The PeerId is a hash of the public key,
// so the TLS handshake proves it. The key file is created safely, checked at each start, and never
// silently made anew.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/ids.h"
#include "base/result.h"

namespace iwant::net {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// BLAKE3 in derive-key mode (context "iwant 2026-11 peer id") of the raw public key.
PeerId peer_id_of(const PublicKey& key);
bool verify_signature(const PublicKey& key, std::span<const std::uint8_t> bytes,
                      const Signature& signature);

class Identity {
  public:
    /// Reads `key_file` (PKCS#8 PEM, 0600, owned by this user) or makes it when nothing is there.
    /// Anything else fails and says how to mend it.
    static Result<Identity> load_or_create(const std::filesystem::path& key_file);
    ~Identity();
    Identity(Identity&&) noexcept;
    Identity& operator=(Identity&&) noexcept;

    const PeerId& peer() const;
    const PublicKey& public_key() const;
    Signature sign(std::span<const std::uint8_t> bytes) const;

    struct Key;
    /// For the TLS context.
    const Key& key() const { return *key_; }

  private:
    explicit Identity(std::unique_ptr<Key> key);
    std::unique_ptr<Key> key_;
};

}  // namespace iwant::net
