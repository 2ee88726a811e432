#pragma once

// Tells other downloaders which pieces we have of what we download: all at once when they ask, then
// those that came since, some times a second.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "core/node/action.h"
#include "core/swarm/swarm.h"

namespace iwant::node {

class HaveServer {
  public:
    static constexpr Duration kPause = std::chrono::milliseconds(200);

    enum class Giving : std::uint8_t { yes, no };

    /// `swarm` must outlive it. `giving` no: everybody is refused.
    HaveServer(const swarm::Swarm& swarm, Giving giving) : swarm_(swarm), giving_(giving) {}

    /// `peer`, at the other end of the session, downloads this content.
    void serve(SessionId session, const PeerId& peer, const protocol::HaveRequest& request,
               Time now);
    void session_gone(SessionId session);

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();
    std::vector<swarm::Event> take_events();

  private:
    /// Those who are told of one content.
    struct Topic {
        swarm::PieceSet told;
        std::set<SessionId> sessions;
    };
    bool tell_news(const Hash256& content, Topic& topic);

    const swarm::Swarm& swarm_;
    const Giving giving_;
    std::map<Hash256, Topic> topics_;
    std::size_t subscriptions_ = 0;
    Time next_;
    std::vector<Action> actions_;
    std::vector<swarm::Event> events_;
};

}  // namespace iwant::node
