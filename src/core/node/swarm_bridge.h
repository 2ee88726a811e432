#pragma once

// Between the swarm, which talks of peers and contents, and sessions, which carry requests: finds
// or makes the session a question needs, and turns answers, refusals and silence into the swarm's
// events.

#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/node/requests.h"
#include "core/swarm/types.h"

namespace iwant::node {

class SwarmBridge {
  public:
    using Ask = std::variant<swarm::AskHash, swarm::AskTree, swarm::AskPieceList, swarm::AskPieces>;

    /// Both must outlive the bridge.
    SwarmBridge(cluster::Cluster& cluster, Requests& requests)
        : cluster_(cluster), requests_(requests) {}

    void ask(Ask ask, Time now);

    // Answers to what was asked; false when the answer is not to that question.
    [[nodiscard]] bool received(const Requests::Purpose& asked, protocol::HashReply reply);
    [[nodiscard]] bool received(const Requests::Purpose& asked, protocol::TreeReply reply);
    [[nodiscard]] bool received(const Requests::Purpose& asked, protocol::PieceListReply reply);
    [[nodiscard]] bool received(const Requests::Purpose& asked, protocol::HaveReply reply);
    /// It will not be answered, for this reason. Questions to the leader are not the bridge's.
    void failed(const Requests::Purpose& asked, const Error& error);

    void peer_online(const PeerId& peer, Time now);
    void advance(Time now);
    std::optional<Time> next_deadline() const;

    std::vector<Action> take_actions();
    std::vector<swarm::Event> take_events();

  private:
    struct Waiting {
        Ask ask;
        PeerId peer;
        Time until;
    };
    void send(const Ask& ask, SessionId session, Time now);

    cluster::Cluster& cluster_;
    Requests& requests_;
    std::vector<Waiting> waiting_;
    std::vector<Action> actions_;
    std::vector<swarm::Event> events_;
};

/// What a refusal means to the one who asked.
ErrorCode meaning_of(protocol::RefusalCode code);

/// Leaves ourselves out of where to fetch from.
void drop_source(swarm::Event& event, const PeerId& self);

}  // namespace iwant::node
