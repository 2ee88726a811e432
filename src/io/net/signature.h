#pragma once

// Ed25519 signatures of others (RFC 8032).

#include <cstdint>
#include <memory>
#include <span>

#include "base/signatory.h"

namespace iwant::net {

bool verify_signature(const PublicKey& key, std::span<const std::uint8_t> bytes,
                      const Signature& signature);

/// The same for whoever hears few peers again and again: keys whose signatures were right are kept
/// ready, because making one ready costs a quarter of a check.
class SignatureChecker {
  public:
    static constexpr std::size_t kKeysKept = 64;

    SignatureChecker();
    ~SignatureChecker();

    bool verify(const PublicKey& key, std::span<const std::uint8_t> bytes,
                const Signature& signature);
    std::size_t keys_kept() const;

  private:
    struct Keys;
    std::unique_ptr<Keys> keys_;
};

}  // namespace iwant::net
