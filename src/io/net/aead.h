#pragma once

// Ciphers for the records of bulk streams: each seals or opens what one direction carries, with
// one key. Private to io/net.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "io/net/openssl.h"

namespace iwant::net {

inline constexpr std::size_t kTagBytes = 16;
using Nonce = std::array<std::uint8_t, 12>;

enum class Direction { seal, open };

class Aead {
  public:
    virtual ~Aead() = default;

    /// Puts content and type, encrypted, and their tag to `sealed`, which has room for them.
    virtual void seal(const Nonce& nonce, std::span<const std::uint8_t> header,
                      std::span<const std::uint8_t> content, std::uint8_t type,
                      std::uint8_t* sealed) = 0;
    /// `sealed` is content, type and tag. Puts the content to `content`, which is worth nothing
    /// when the tag is wrong: then false.
    virtual bool open(const Nonce& nonce, std::span<const std::uint8_t> header,
                      std::span<const std::uint8_t> sealed, std::uint8_t* content,
                      std::uint8_t& type) = 0;
};

/// By OpenSSL; any AEAD of TLS 1.3.
std::unique_ptr<Aead> make_aead(const EVP_CIPHER* cipher, std::span<const std::uint8_t> key,
                                Direction direction);

/// AES-128-GCM by instructions that take several blocks at once (VAES), which OpenSSL uses from 3.1
/// on only: three times as fast. It takes a while to set up and memory, so it is shared.
class WideAesGcm {
  public:
    /// Null when the processor, or this program, has none.
    static std::shared_ptr<const WideAesGcm> find();
    virtual ~WideAesGcm() = default;
    /// The cipher keeps what it needs of this alive.
    virtual std::unique_ptr<Aead> cipher(std::span<const std::uint8_t> key,
                                         Direction direction) const = 0;
};

}  // namespace iwant::net
