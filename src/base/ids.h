#pragma once

// The names things go by. Each is a type of its own, so that a peer cannot be passed for a file nor
// an index for a count. Ids are 256-bit hashes, shown as 64 hexadecimal digits.

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace iwant {

/// A BLAKE3 digest.
struct Hash256 {
    std::array<std::uint8_t, 32> bytes{};

    bool operator==(const Hash256& other) const { return (*this <=> other) == 0; }
    /// By bytes, eight at a time; nearly all differ in the first eight.
    std::strong_ordering operator<=>(const Hash256& other) const {
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
            const auto order = number_at(at) <=> other.number_at(at);
            if (order != 0) return order;
        }
        return std::strong_ordering::equal;
    }
    /// The first eight bytes as one number.
    std::uint64_t head() const { return number_at(0); }
    bool is_zero() const { return *this == Hash256{}; }
    /// 64 lower-case hexadecimal digits.
    std::string hex() const;
    /// Reads exactly 64 hexadecimal digits of either case.
    static std::optional<Hash256> from_hex(std::string_view digits);

  private:
    /// Eight bytes as one number, the first the highest.
    std::uint64_t number_at(std::size_t at) const {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return std::endian::native == std::endian::little ? std::byteswap(value) : value;
    }
};

/// A Hash256 that means one thing only.
template <class Tag>
struct HashId {
    Hash256 hash;

    auto operator<=>(const HashId&) const = default;
    bool is_zero() const { return hash.is_zero(); }
    std::string hex() const { return hash.hex(); }
    /// The first 8 digits: enough for a log line, never an identity.
    std::string brief() const { return hash.hex().substr(0, 8); }
};

using PeerId = HashId<struct PeerIdTag>;  ///< a peer, from its public key
using FileId = HashId<struct FileIdTag>;  ///< the content of a file (doc/protocol.md)
using TreeId = HashId<struct TreeIdTag>;  ///< the content of a folder

/// A number that means one thing only; it orders and compares, arithmetic is written out.
template <class Tag, class Number = std::uint32_t>
struct StrongNumber {
    Number value = 0;
    auto operator<=>(const StrongNumber&) const = default;
};

using PieceIndex = StrongNumber<struct PieceIndexTag>;           ///< of one file, from 0
using FileIndex = StrongNumber<struct FileIndexTag>;             ///< of one download's plan, from 0
using EntryId = StrongNumber<struct EntryIdTag, std::uint64_t>;  ///< of one owner's catalogue
using DownloadId = StrongNumber<struct DownloadIdTag, std::uint64_t>;  ///< of this daemon
using SessionId =
    StrongNumber<struct SessionIdTag, std::uint64_t>;  ///< of this daemon, never reused
using RequestId =
    StrongNumber<struct RequestIdTag, std::uint64_t>;  ///< of one session and direction
using FetchId =
    StrongNumber<struct FetchIdTag, std::uint64_t>;  ///< one run of pieces asked of one peer

/// Whether an entry is a file (its content is a FileId) or a folder (a TreeId).
enum class EntryKind : std::uint8_t { file = 0, folder = 1 };

}  // namespace iwant

template <>
struct std::hash<iwant::Hash256> {
    std::size_t operator()(const iwant::Hash256& digest) const noexcept { return digest.head(); }
};

template <class Tag>
struct std::hash<iwant::HashId<Tag>> {
    std::size_t operator()(const iwant::HashId<Tag>& id) const noexcept {
        return std::hash<iwant::Hash256>{}(id.hash);
    }
};

template <class Tag, class Number>
struct std::hash<iwant::StrongNumber<Tag, Number>> {
    std::size_t operator()(const iwant::StrongNumber<Tag, Number>& number) const noexcept {
        return std::hash<Number>{}(number.value);
    }
};
