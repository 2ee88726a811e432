#pragma once

// Everything that a peer can want done. The daemon performs these with sockets, disks and threads; the
// simulator with its own world. Results come back as events.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "core/node/event.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::node {

/// Send one announcement on every interface. The daemon adds key, instance, sequence and port.
struct Announce {
    bool goodbye = false;
    protocol::LeaderView leader;
    std::uint32_t followers = 0;
    CatalogState catalog;
};

/// Open a control session; ends in SessionOpened or DialFailed.
struct Dial {
    protocol::Address address;
    std::optional<PeerId> expected;
};
/// Close a session after sending what is queued and a Goodbye.
struct Disconnect {
    SessionId session;
    protocol::Goodbye::Reason reason = protocol::Goodbye::Reason::stopping;
};
struct Send {
    SessionId session;
    protocol::Message message;
};

/// Read our catalogue's changes after `since` (at most protocol::kDeltaChangesMax); ends in CatalogRead.
struct ReadCatalog {
    SessionId session;
    std::uint64_t since = 0;
};

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

/// A session with this peer was good: keep it for the next start.
struct RememberPeer {
    PeerId peer;
    std::string name;
    protocol::Address address;
};

/// What swarm wants of workers: Prepare, StartFetch, CancelFetch, Finish, Release, SaveDownload,
/// ForgetDownload. (The Ask... kinds are node's own to carry out and never come out.)
using SwarmAction = swarm::Action;

using Action = std::variant<Announce, Dial, Disconnect, Send, ReadCatalog, Serve, AnswerSearch, AnswerLocate,
                            RememberPeer, SwarmAction>;

}  // namespace iwant::node
