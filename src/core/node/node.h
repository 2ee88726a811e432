#pragma once

// One peer as a deterministic state machine. Events and the time go in, actions come out; the same
// events with the same seed give the same actions. The daemon and the simulator are its only two
// drivers:
//
//     node.handle(event, now);
//     for (Action& action : node.take_actions()) perform(action);
//     wait until something happens or node.next_deadline() is reached
//
// The events and actions of the cluster are told in its own types (core/cluster/types.h). A Serve
// is not counted here, because its answer does not pass here: whoever serves bounds what it has
// under way for each session (protocol::kRequestsPerSessionMax).
//
// Composition only: who leads is cluster's, what matches is search's, which piece from whom is
// swarm's.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/prng.h"
#include "base/signatory.h"
#include "base/time.h"
#include "core/node/action.h"
#include "core/node/event.h"
#include "core/swarm/swarm.h"

namespace iwant::node {

struct Self {
    PeerId peer;
    std::uint64_t instance = 0;
    std::string name;
    std::string program_version;
};

struct Options {
    swarm::Options swarm;
    bool give_downloads = true;  ///< others may have what we download
    /// Of all owners together. Whoever has more than fits is not covered.
    std::size_t index_entries_max = 20'000'000;
    std::size_t index_bytes_max = std::size_t{4} << 30;
};

/// A peer as this one knows it, itself included.
struct PeerView {
    PeerId peer;
    std::string name;
    std::vector<protocol::Address> addresses;
    bool self = false;
    bool online = false;
    bool leader = false;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::string program_version;
    std::optional<Duration> since_seen;  ///< nothing: not seen in this run
    std::optional<Duration> ban_left;    ///< it sent wrong data, and nothing is fetched from it
};

/// A peer that is here and was found to hide or make up what others share.
struct FalseAnswer {
    PeerId peer;
    std::string what;
    bool operator==(const FalseAnswer&) const = default;
};

struct LeaderStatus {
    protocol::LeaderView view;  ///< leader zero: none now
    bool self = false;
    /// Of our own index when we lead or nobody does. A follower repeats the leader's last answer,
    /// and takes it for complete before there was one.
    protocol::Coverage coverage;
};

class Node {
  public:
    /// `signatory`, which signs for `self.peer`, and `logger` must outlive the node.
    Node(Self self, const Signatory& signatory, Options options, Prng prng, Logger& logger,
         Time now);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    void handle(Event event, Time now);
    /// What is to be done now, in order; empties the list.
    std::vector<Action> take_actions();
    /// When TimePassed is due, whatever else happens.
    std::optional<Time> next_deadline() const;

    // Views for people; none changes anything.
    LeaderStatus leader() const;
    /// Who would take over, in this order.
    std::vector<PeerId> standbys() const;
    std::vector<PeerView> peers(Time now) const;
    /// How many peers() would tell of.
    std::size_t peer_count() const;
    std::vector<FalseAnswer> false_answers(Time now) const;
    std::optional<cluster::OutOfReach> out_of_reach() const;
    /// Peers with more entries than our index had room for.
    std::size_t owners_cut_short() const;
    /// Who said lately that another computer has our key.
    std::optional<PeerId> told_of_twin() const;
    std::vector<protocol::Address> addresses_of(const PeerId& peer) const;
    std::string name_of(const PeerId& peer) const;
    const swarm::Swarm& swarm() const;
    /// For a Hello that goes out now.
    protocol::LeaderView leader_view() const;
    CatalogState catalog() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace iwant::node
