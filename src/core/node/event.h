#pragma once

// Everything that can happen to a peer. Reading this file and action.h is reading the system: the
// daemon and the simulator turn the world into these events, and carry the actions out.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/ids.h"
#include "base/query.h"
#include "base/time.h"
#include "core/cluster/types.h"
#include "core/protocol/messages.h"
#include "core/swarm/types.h"

namespace iwant::node {

/// Names one question of a local user until its answer; chosen by the daemon.
using Ticket = StrongNumber<struct TicketTag, std::uint64_t>;

// What the network and the catalogue report; core/cluster/types.h has the fields.
using cluster::AddressGiven;       ///< a user named an address: dial it, and go on trying
using cluster::AnnouncementHeard;  ///< a signed datagram: a hint that somebody is there
using cluster::CatalogAdvanced;    ///< our own catalogue went on
using cluster::CatalogRead;        ///< completes ReadCatalog
using cluster::DialFailed;         ///< nobody, somebody else, or ourselves answered
using cluster::DialReached;        ///< the machine took the connection, the rest is to come
using cluster::Direction;          ///< whether a session was dialled or accepted
using cluster::MessageReceived;    ///< on a control session
using cluster::NetworkChanged;     ///< other interfaces or addresses, or awake after a sleep
using cluster::PeerRemembered;     ///< a peer of an earlier run
using cluster::SessionClosed;      ///< it is not there any more
using cluster::SessionOpened;      ///< a control session is there, both Hellos done

struct SearchAsked {
    Ticket ticket;
    Query query;
    bool verify = false;  ///< ask a second holder of the index as well, and compare
};
/// "Who has content that starts with these digits?"
struct LocateAsked {
    Ticket ticket;
    std::string prefix;
};

using cluster::StopAsked;  ///< the daemon is about to end: hand over, say goodbye

/// Nothing but time. Sent when next_deadline() is reached.
struct TimePassed {};

/// A download event of users or workers (swarm/types.h); what comes from peers the node makes
/// itself.
using SwarmEvent = swarm::Event;

using Event =
    std::variant<AnnouncementHeard, PeerRemembered, AddressGiven, SessionOpened, SessionClosed,
                 DialReached, DialFailed, MessageReceived, NetworkChanged, CatalogAdvanced,
                 CatalogRead, SearchAsked, LocateAsked, StopAsked, TimePassed, SwarmEvent>;

}  // namespace iwant::node
