#pragma once

// The one datagram: "this peer is here". Everything in it is a hint that may cause a TLS dial to
// the address it came from, and nothing else; who somebody is and who leads is believed only over
// TLS. The layout is in doc/protocol.md, "Announcement". It is signed, so that others cannot speak
// for a peer.

#include <array>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "core/protocol/codec.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

struct Announcement {
    enum class What : std::uint8_t { here = 0, goodbye = 1 };

    std::array<std::uint8_t, 32> public_key{};  ///< Ed25519; the PeerId follows from it
    What what = What::here;
    std::uint64_t instance = 0;
    std::uint64_t sequence = 0;  ///< rises within an instance
    std::uint16_t port = 0;
    LeaderView leader;
    std::uint32_t followers = 0;  ///< of a leader's own beacon
    CatalogState catalog;

    bool operator==(const Announcement&) const = default;
};

inline constexpr std::size_t kSignatureBytes = 64;

/// The bytes to sign; the datagram is these and the signature behind them.
Bytes encode_announcement(const Announcement& announcement);

/// Checks form and limits, not the signature, which covers `datagram` without its last 64 bytes.
Result<Announcement> decode_announcement(std::span<const std::uint8_t> datagram);

}  // namespace iwant::protocol
