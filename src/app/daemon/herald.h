#pragma once

// Announcements as datagrams: signs ours, and lets only those of others through that are well
// signed, new, and not too many. What it passes on is still only a hint.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/node/action.h"
#include "core/node/event.h"
#include "io/net/identity.h"
#include "io/net/signature.h"

namespace iwant::daemon {

class Herald {
  public:
    /// Signatures checked a second: one costs about 0.1 ms.
    static constexpr unsigned kChecksPerSecondMax = 500;
    static constexpr std::size_t kPeersRemembered = 10'000;

    /// `identity` outlives it. `port` is where we listen.
    Herald(const net::Identity& identity, std::uint64_t instance, std::uint16_t port);

    /// The signed datagram for an Announce action.
    std::vector<std::uint8_t> datagram_of(const node::Announce& announce);

    /// What a datagram from `host` says; nothing when it is ours, malformed, forged, replayed or
    /// one too many. One in our name that is not ours is let through: another computer may have
    /// our key.
    std::optional<node::AnnouncementHeard> hear(std::span<const std::uint8_t> datagram,
                                                const std::string& host, Time now);

    /// Who sent it, if it is the last one let through of that peer once more: the same datagram
    /// comes by several channels.
    std::optional<PeerId> sender_of_last(std::span<const std::uint8_t> datagram) const;

  private:
    struct Last {
        std::uint64_t instance = 0;
        std::uint64_t sequence = 0;
        Signature signature{};
    };
    bool may_check(Time now);

    const net::Identity& identity_;
    net::SignatureChecker checker_;
    const std::uint64_t instance_;
    const std::uint16_t port_;
    std::uint64_t sequence_ = 0;
    std::map<PeerId, Last> last_;
    Time second_began_{};
    unsigned checked_ = 0;
};

}  // namespace iwant::daemon
