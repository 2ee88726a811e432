#pragma once

// BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), the one hash function of the project.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/ids.h"

namespace iwant {

/// Streaming BLAKE3. Not thread-safe; cheap to make (about 2 KiB).
class Hasher {
  public:
    Hasher();
    /// Derive-key mode: hashes under a context string, so that equal input for another purpose
    /// gives another hash. `context` is a constant of the program, never input.
    explicit Hasher(std::string_view context);
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;

    Hasher& update(std::span<const std::uint8_t> bytes);
    Hasher& update(std::string_view text);
    /// The number as 8 bytes, little-endian.
    Hasher& update_u64(std::uint64_t number);
    /// The digest of everything so far; the hasher can go on.
    Hash256 digest() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The hash of one run of bytes, as pieces have it.
Hash256 hash_bytes(std::span<const std::uint8_t> bytes);

}  // namespace iwant
