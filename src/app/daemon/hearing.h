#pragma once

// When and how each peer's announcements were last heard. The node only needs to know that somebody
// is there; people whose peers do not see each other need to know which way datagrams come and
// which they do not.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "io/net/discovery.h"

namespace iwant::daemon {

class Hearing {
  public:
    static constexpr std::size_t kPeersMax = 10'000;

    struct Heard {
        std::array<std::optional<Time>, net::kChannels.size()> last{};
        std::array<std::string, net::kChannels.size()> hosts{};  ///< the last one's source
        std::uint16_t port = 0;                                  ///< where it says that it listens
        std::string interface;                                   ///< the last datagram came in by

        const std::optional<Time>& on(net::Channel channel) const {
            return last[net::index_of(channel)];
        }
        std::optional<Time> latest() const;
        /// Each once.
        std::vector<protocol::Address> addresses() const;
    };

    /// A datagram of this peer whose signature is good came in; it says that it listens on `port`.
    void note(const PeerId& peer, const net::Arrival& arrival, std::uint16_t port, Time now);
    /// The same datagram came once more.
    void note_again(const PeerId& peer, const net::Arrival& arrival, Time now);
    /// Null when nothing was heard of it.
    const Heard* of(const PeerId& peer) const;
    /// Everybody heard since then.
    std::vector<std::pair<PeerId, Heard>> lately(Time since) const;
    /// Peers heard on this interface and channel since then.
    std::size_t count(const std::string& interface, net::Channel channel, Time since) const;

  private:
    std::map<PeerId, Heard> heard_;
};

}  // namespace iwant::daemon
