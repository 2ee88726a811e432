#pragma once

// Keys and numbers of one direction of a TLS 1.3 connection (RFC 8446, 5 and 7): what turns content
// into records and back. For bulk streams, whose records do not go through OpenSSL. Private to
// io/net.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "io/net/aead.h"

namespace iwant::net {

inline constexpr std::size_t kRecordHeaderBytes = 5;
/// Content of a record, at most (RFC 8446, 5.1).
inline constexpr std::size_t kRecordContentMax = 16384;
/// What follows a record's header, at most: some pad (RFC 8446, 5.4).
inline constexpr std::size_t kRecordBodyMax = kRecordContentMax + 256;
/// What a record is longer than its content, without padding.
inline constexpr std::size_t kRecordOverhead = kRecordHeaderBytes + 1 + kTagBytes;

enum class RecordType : std::uint8_t { alert = 21, handshake = 22, application_data = 23 };

/// A traffic secret; forgotten with its owner.
class TrafficSecret {
  public:
    /// Of the connection's hash function.
    TrafficSecret(const EVP_MD* digest, std::span<const std::uint8_t> secret);
    ~TrafficSecret();
    TrafficSecret(TrafficSecret&& other) = default;
    TrafficSecret& operator=(TrafficSecret&& other) = default;

    /// HKDF-Expand-Label without a context.
    std::vector<std::uint8_t> expand(const char* label, std::size_t size) const;
    /// The one after a key update.
    TrafficSecret next() const;

  private:
    const EVP_MD* digest_;
    std::vector<std::uint8_t> secret_;
};

class RecordCipher {
  public:
    /// `sequence` is the number of the next record. `wide` may be null.
    RecordCipher(const EVP_CIPHER* cipher, std::shared_ptr<const WideAesGcm> wide,
                 TrafficSecret secret, Direction direction, std::uint64_t sequence);

    /// Puts a record, content.size() + kRecordOverhead bytes, to `record`.
    void seal(RecordType type, std::span<const std::uint8_t> content, std::uint8_t* record);

    struct Opened {
        RecordType type = RecordType::application_data;
        std::size_t size = 0;  ///< of the content
    };
    /// `record` is one with its header. Puts up to record.size() - kRecordOverhead bytes of
    /// content to `content`; nothing when it is forged or none.
    std::optional<Opened> open(std::span<const std::uint8_t> record, std::uint8_t* content);

    /// Goes on with the next key.
    void update_key();
    /// Sealed or opened with this key.
    std::uint64_t records_with_key() const { return sequence_; }

  private:
    void set_key();
    Nonce next_nonce();

    const EVP_CIPHER* cipher_;
    std::shared_ptr<const WideAesGcm> wide_;
    TrafficSecret secret_;
    Direction direction_;
    std::uint64_t sequence_;
    Nonce base_{};
    std::unique_ptr<Aead> aead_;
};

}  // namespace iwant::net
