#pragma once

// The inside of a Node: its four machines, and how what one wants becomes what another is told.

#include <optional>
#include <utility>
#include <vector>

#include "core/cluster/cluster.h"
#include "core/node/have_server.h"
#include "core/node/holdings.h"
#include "core/node/leader_audit.h"
#include "core/node/node.h"
#include "core/node/requests.h"
#include "core/node/search_server.h"
#include "core/node/search_service.h"
#include "core/node/swarm_bridge.h"
#include "core/search/index.h"

namespace iwant::node {

struct Node::State {
    State(Self self, const Signatory& signatory, Options options, Prng prng, Logger& logger,
          Time now);

    /// Does what time made due; whether anything may have been.
    bool advance(Time now);
    void plan_next();
    void on(const AnnouncementHeard& event, Time now) { cluster.handle(event, now); }
    void on(const PeerRemembered& event, Time now) { cluster.handle(event, now); }
    void on(const AddressGiven& event, Time now) { cluster.handle(event, now); }
    void on(const SessionOpened& event, Time now) { cluster.handle(event, now); }
    void on(const SessionClosed& event, Time now) { cluster.handle(event, now); }
    void on(const DialReached& event, Time now) { cluster.handle(event, now); }
    void on(const DialFailed& event, Time now) { cluster.handle(event, now); }
    void on(MessageReceived& event, Time now);
    void on(const CatalogAdvanced& event, Time now);
    void on(const CatalogRead& event, Time now) { cluster.handle(event, now); }
    void on(const NetworkChanged& event, Time now) { cluster.handle(event, now); }
    void on(SearchAsked& event, Time now) { search.ask(std::move(event), now); }
    void on(LocateAsked& event, Time now) { search.ask(std::move(event), now); }
    void on(const StopAsked& event, Time now) { cluster.handle(event, now); }
    void on(const TimePassed&, Time) {}
    void on(SwarmEvent& event, Time now);

    /// Moves actions between the machines until none is left inside.
    void pump(Time now);

    // Messages that are not the cluster's.
    void receive(SessionId session, protocol::SearchRequest& message, Time now);
    void receive(SessionId session, protocol::LocateRequest& message, Time now);
    void receive(SessionId session, protocol::SearchReply& message, Time now);
    void receive(SessionId session, protocol::LocateReply& message, Time now);
    void receive(SessionId session, protocol::HashReply& message, Time now);
    void receive(SessionId session, protocol::TreeReply& message, Time now);
    void receive(SessionId session, protocol::PieceListReply& message, Time now);
    void receive(SessionId session, protocol::Refusal& message, Time now);
    void receive(SessionId session, protocol::HashRequest& message, Time now);
    void receive(SessionId session, protocol::TreeRequest& message, Time now);
    void receive(SessionId session, protocol::PieceListRequest& message, Time now);
    void receive(SessionId session, protocol::Holdings& message, Time now);
    void receive(SessionId session, protocol::HaveRequest& message, Time now);
    void receive(SessionId session, protocol::HaveReply& message, Time now);
    void receive(SessionId session, protocol::Have& message, Time now);
    void receive(SessionId session, protocol::Hello& message, Time now);
    void receive(SessionId session, protocol::PieceRequest& message, Time now);
    void receive(SessionId session, protocol::PieceHeader& message, Time now);
    template <class ClusterMessage>
    void receive(SessionId, ClusterMessage&, Time) {}
    template <class Reply>
    void search_reply(SessionId session, Reply& reply, Time now);
    /// A question of ours will not be answered, for this reason.
    void unanswered(const Requests::Purpose& asked, const Error& error, Time now);
    template <class Reply>
    void swarm_reply(SessionId session, Reply& reply, Time now);
    void nonsense(SessionId session, Time now);

    // What the machines want of each other.
    void carry_out(cluster::IndexChanges& action, Time now);
    void carry_out(cluster::IndexForget& action, Time now);
    void carry_out(cluster::PeerOnline& action, Time now);
    void carry_out(cluster::PeerOffline& action, Time now);
    void carry_out(cluster::SessionGone& action, Time now);
    void carry_out(cluster::LeaderChanged& action, Time now);
    void carry_out(swarm::AskSources& action, Time now) { search.ask(std::move(action), now); }
    void carry_out(swarm::AskHash& action, Time now) { bridge.ask(std::move(action), now); }
    void carry_out(swarm::AskTree& action, Time now) { bridge.ask(std::move(action), now); }
    void carry_out(swarm::AskPieceList& action, Time now) { bridge.ask(std::move(action), now); }
    void carry_out(swarm::AskPieces& action, Time now) { bridge.ask(std::move(action), now); }
    template <class Outward>
    void carry_out(Outward& action, Time) {
        if constexpr (std::is_constructible_v<swarm::Action, Outward>) {
            actions.push_back(SwarmAction(std::move(action)));
        } else {
            actions.push_back(std::move(action));
        }
    }
    void put(const PeerId& owner, const std::vector<EntryChange>& changes);
    enum class Room : std::uint8_t { any, for_changes, none };
    /// More than an entry takes of the index, however long its path is.
    static constexpr std::size_t kEntryBytesMax = 32 * 1024;
    /// For so many new entries, at least one.
    Room room_for(const PeerId& owner, std::size_t entries) const;

    Logger& log;
    cluster::Cluster cluster;
    search::Index index;
    swarm::Swarm downloads;
    Requests requests;
    HoldingsBook book;
    HoldingsTeller teller;
    HaveServer have;
    LeaderAudit audit;
    SearchService search;
    SearchServer server;
    SwarmBridge bridge;
    const std::size_t index_entries_max;
    const std::size_t index_bytes_max;
    std::optional<std::uint64_t> catalog_id;
    std::vector<Action> actions;
    std::optional<Time> due;  ///< when any of the machines is to be called at the latest
};

}  // namespace iwant::node
