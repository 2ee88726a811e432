#pragma once

// Who gives what to others without sharing it: downloads under way and done. Everybody tells the
// leader and its standbys what it holds, and they tell whoever asks where a content is. Nothing of
// this is proven or needs to be: what a holder gives is verified piece by piece.

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/swarm/swarm.h"

namespace iwant::node {

/// What others told, as long as we have a session with them; and what we hold ourselves.
class HoldingsBook {
  public:
    /// Beyond kHoldingsMax of a peer and kHoldingsTotalMax of all, nothing more is noted.
    void told(const PeerId& peer, const protocol::Holdings& holdings);
    void forget(const PeerId& peer);
    /// Who holds contents that start with these hexadecimal digits: at most kLocateMatchesMax
    /// contents, kHoldersPerContentMax peers each.
    std::vector<protocol::Holder> with_prefix(std::string_view hex_digits) const;
    std::size_t size() const { return size_; }

  private:
    void remove(const PeerId& peer, const Hash256& content);

    std::map<PeerId, std::map<Hash256, protocol::Holding>> by_peer_;
    std::map<Hash256, std::map<PeerId, const protocol::Holding*>> by_content_;
    std::size_t size_ = 0;
};

/// Tells the leader and its standbys what we hold.
class HoldingsTeller {
  public:
    /// Changes that come closer together travel together.
    static constexpr Duration kPause = std::chrono::seconds(1);

    enum class Giving : std::uint8_t { yes, no };

    /// All must outlive it. `giving` no: we hold nothing for others.
    HoldingsTeller(const cluster::Cluster& cluster, const swarm::Swarm& swarm, HoldingsBook& book,
                   Giving giving)
        : cluster_(cluster), swarm_(swarm), book_(book), giving_(giving) {}

    void advance(Time now);
    std::optional<Time> next_deadline() const { return due_; }
    std::vector<Action> take_actions();

  private:
    using Contents = std::map<Hash256, protocol::Holding>;

    void look_again();
    void tell(SessionId session, std::optional<Contents>& told);

    const cluster::Cluster& cluster_;
    const swarm::Swarm& swarm_;
    HoldingsBook& book_;
    const Giving giving_;
    Contents holdings_;
    std::uint64_t version_ = 0;                          ///< the swarm's, when we looked
    std::map<SessionId, std::optional<Contents>> told_;  ///< what each index knows of us
    Time next_;
    std::optional<Time> due_;
    std::vector<Action> actions_;
};

}  // namespace iwant::node
