#pragma once

// A peer that does not keep to the rules: it has no node, but sends what it likes. The codec's
// limits hold for it, as they do for everybody whose messages get through to a node.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/test_signatory.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/timeline.h"

namespace iwant::sim {

class Stranger {
  public:
    /// `choice` decides what is random about it.
    Stranger(HostNumber number, FaultKind kind, std::uint64_t choice, Timeline& timeline,
             Network& network);

    HostNumber number() const { return number_; }
    PeerId peer() const { return peer_; }
    const PublicKey& key() const { return signatory_.public_key(); }
    std::uint64_t instance() const { return instance_; }
    Hosts::Condition condition() const { return condition_; }
    bool running() const { return condition_ == Hosts::Condition::running; }

    void start();
    void end();
    protocol::Hello hello() const;
    void deliver(node::Event event);

  private:
    void act();
    void announce();
    void dial_somebody();
    void replay();
    void spam(SessionId session);
    void forge(SessionId session);
    void claim(SessionId session);
    void say(SessionId session, protocol::Message message);
    void hear(const protocol::LeaderView& view);
    protocol::LeaderView pretended() const;
    Entry made_up_entry();

    void receive(SessionId session, const protocol::Ping& message);
    void receive(SessionId session, const protocol::Pong& message) {
        (void)session;
        hear(message.leader);
    }
    void receive(SessionId session, const protocol::LeaderClaim& message) {
        (void)session;
        hear(message.view);
    }
    void receive(SessionId session, const protocol::Register& message);
    void receive(SessionId session, const protocol::CatalogUpdate& message);
    void receive(SessionId session, const protocol::SearchRequest& message);
    template <class Other>
    void receive(SessionId, const Other&) {}

    HostNumber number_;
    FaultKind kind_;
    Timeline& timeline_;
    Network& network_;
    Prng prng_;
    TestSignatory signatory_;
    PeerId peer_;
    std::uint64_t instance_ = 0;
    Hosts::Condition condition_ = Hosts::Condition::off;
    std::set<SessionId> sessions_;
    std::set<PeerId> connected_;
    protocol::LeaderView highest_;  ///< that it heard of
    std::vector<node::AnnouncementHeard> heard_;
};

}  // namespace iwant::sim
