#pragma once

// Everything that can happen to a peer. Reading this file and action.h is reading the system: the daemon and
// the simulator turn the world into these events, and carry the actions out.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/entry.h"
#include "base/ids.h"
#include "base/query.h"
#include "base/result.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::node {

/// Names one question of a local user until its answer; chosen by the daemon.
using Ticket = StrongNumber<struct TicketTag, std::uint64_t>;

/// A datagram with a good signature came in. Only a hint: it may cause a dial.
struct AnnouncementHeard {
    PeerId peer;
    protocol::Address from;  ///< the datagram's source with the announced port
    std::uint64_t instance = 0;
    bool goodbye = false;
    protocol::LeaderView leader;
    std::uint32_t followers = 0;
};

/// A peer of an earlier run.
struct PeerRemembered {
    PeerId peer;
    std::string name;
    protocol::Address address;
    UnixSeconds last_seen = 0;
};

/// A user named an address (--peer, `connect`, configuration): dial it, and go on trying.
struct AddressGiven {
    protocol::Address address;
};

enum class Direction : std::uint8_t { dialled, accepted };

/// A control session is there: TLS is done, both Hellos were exchanged and agree with the keys.
struct SessionOpened {
    SessionId session;
    PeerId peer;
    protocol::Address address;  ///< where the peer listens: the connection's address, the Hello's port
    Direction direction = Direction::dialled;
    protocol::Hello hello;
};
struct SessionClosed {
    SessionId session;
    std::string reason;  ///< for people
};
struct DialFailed {
    protocol::Address address;
    std::optional<PeerId> expected;
    std::optional<PeerId> found;  ///< somebody else answered there (maybe ourselves)
    Error error;
};
struct MessageReceived {
    SessionId session;
    protocol::Message message;
};

/// Our own catalogue went on. At start the daemon tells the whole of it, in as many events as it takes;
/// `delta.since` is the version told before.
struct CatalogAdvanced {
    CatalogDelta delta;
    std::uint64_t files = 0;  ///< totals now
    std::uint64_t bytes = 0;
};
/// Completes ReadCatalog.
struct CatalogRead {
    SessionId session;
    CatalogDelta delta;
};

struct SearchAsked {
    Ticket ticket;
    Query query;
};
/// "Who has content that starts with these digits?"
struct LocateAsked {
    Ticket ticket;
    std::string prefix;
};

/// The daemon is about to end: hand over, say goodbye.
struct StopAsked {};
/// Nothing but time. Sent when next_deadline() is reached.
struct TimePassed {};

/// A download event of users or workers (swarm/types.h); what comes from peers the node makes itself.
using SwarmEvent = swarm::Event;

using Event =
    std::variant<AnnouncementHeard, PeerRemembered, AddressGiven, SessionOpened, SessionClosed, DialFailed,
                 MessageReceived, CatalogAdvanced, CatalogRead, SearchAsked, LocateAsked, StopAsked,
                 TimePassed, SwarmEvent>;

}  // namespace iwant::node
