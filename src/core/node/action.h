#pragma once

// Everything that a peer can want done. The daemon performs these with sockets, disks and threads;
// the simulator with its own world. Results come back as events.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/cluster/types.h"
#include "core/node/event.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::node {

// What the cluster wants; core/cluster/types.h has the fields.
using cluster::Announce;      ///< one announcement on every interface
using cluster::Dial;          ///< ends in SessionOpened or DialFailed
using cluster::Disconnect;    ///< after what is queued and a Goodbye
using cluster::ReadCatalog;   ///< our changes after a version; ends in CatalogRead
using cluster::RememberPeer;  ///< keep it for the next start
using cluster::Send;          ///< one message on a session

/// A peer asks about what we share; the daemon answers on the session, with a Refusal if need be.
struct Serve {
    SessionId session;
    std::variant<protocol::HashRequest, protocol::PieceListRequest, protocol::TreeRequest> request;
};

/// Whose word an answer is, the best first.
enum class AnswerSource : std::uint8_t {
    leader,   ///< the leader's, or ours if we lead
    standby,  ///< a standby's replica of the index
    peers,    ///< of everybody who could be asked, each for itself
    own,      ///< our own replica, or our own catalogue if there is nobody to ask
};

/// What came of comparing the leader's answer with another's.
struct Verification {
    PeerId with;  ///< whose index it was compared with; zero: there was no second answer
    /// What the leader left out, with those sources only.
    std::vector<protocol::SearchResult> missing;
};

/// The answer to SearchAsked. `reply.request` is not used.
struct AnswerSearch {
    Ticket ticket;
    protocol::SearchReply reply;
    Duration took{};
    AnswerSource source = AnswerSource::own;
    std::uint32_t asked = 0;  ///< peers that were asked
    std::uint32_t answered = 0;
    std::optional<Verification> verification;  ///< if that was asked for
};
struct AnswerLocate {
    Ticket ticket;
    protocol::LocateReply reply;
};

/// What swarm wants of workers: Prepare, StartFetch, CancelFetch, HurryFetch, Finish, Release,
/// SaveDownload, ForgetDownload. (The Ask... kinds are node's own to carry out and never come out.)
using SwarmAction = swarm::Action;

using Action = std::variant<Announce, Dial, Disconnect, Send, ReadCatalog, Serve, AnswerSearch,
                            AnswerLocate, RememberPeer, SwarmAction>;

}  // namespace iwant::node
