#pragma once

// Who this peer is: an Ed25519 key made at the first start. The PeerId is a hash of the public key,
// so the TLS handshake proves it. The key file is created safely, checked at each start, and never
// silently made anew.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/ids.h"
#include "base/result.h"
#include "base/signatory.h"

namespace iwant::net {

class Identity final : public Signatory {
  public:
    /// Reads `key_file` (PKCS#8 PEM, 0600, owned by this user) or makes it when nothing is there.
    /// Anything else fails and says how to mend it.
    static Result<Identity> load_or_create(const std::filesystem::path& key_file);
    ~Identity() override;
    Identity(Identity&&) noexcept;
    Identity& operator=(Identity&&) noexcept;

    const PeerId& peer() const;
    const PublicKey& public_key() const override;
    Signature sign(std::span<const std::uint8_t> bytes) const override;
    bool verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                const Signature& signature) const override;

    struct Key;
    /// For the TLS context.
    const Key& key() const { return *key_; }

  private:
    explicit Identity(std::unique_ptr<Key> key);
    std::unique_ptr<Key> key_;
};

}  // namespace iwant::net
