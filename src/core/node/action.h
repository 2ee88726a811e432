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

/// The answer to SearchAsked. `reply.request` is not used.
struct AnswerSearch {
    Ticket ticket;
    protocol::SearchReply reply;
    Duration took{};
};
struct AnswerLocate {
    Ticket ticket;
    protocol::LocateReply reply;
};

/// What swarm wants of workers: Prepare, StartFetch, CancelFetch, Finish, Release, SaveDownload,
/// ForgetDownload. (The Ask... kinds are node's own to carry out and never come out.)
using SwarmAction = swarm::Action;

using Action = std::variant<Announce, Dial, Disconnect, Send, ReadCatalog, Serve, AnswerSearch,
                            AnswerLocate, RememberPeer, SwarmAction>;

}  // namespace iwant::node
