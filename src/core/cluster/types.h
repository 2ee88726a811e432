#pragma once

// The conversation of the cluster with its surroundings: what may happen to it and what it wants
// done. core/node makes most of these part of its own Event and Action.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/entry.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/signatory.h"
#include "base/time.h"
#include "core/protocol/messages.h"

namespace iwant::cluster {

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
    protocol::Address
        address;  ///< where the peer listens: the connection's address, the Hello's port
    Direction direction = Direction::dialled;
    protocol::Hello hello;
    PublicKey key{};  ///< that TLS proved; `peer` follows from it
    Duration took{};  ///< since both machines had the connection
};
struct SessionClosed {
    SessionId session;
    std::string reason;  ///< for people
};
/// The machine at this address took the connection; whether the program there answers is told by
/// SessionOpened or DialFailed.
struct DialReached {
    protocol::Address address;
    std::optional<PeerId> expected;
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

/// An interface or address came, or the computer woke up: what failed before may work now, and
/// others do not know where we are.
struct NetworkChanged {};

/// Our own catalogue went on. At start the daemon tells the whole of it, in as many events as it
/// takes; `delta.since` is the version told before.
struct CatalogAdvanced {
    CatalogDelta delta;
    std::uint64_t files = 0;  ///< totals now
    std::uint64_t bytes = 0;
};
/// Completes ReadCatalog. Each entry is in it once, with the last that happened to it.
struct CatalogRead {
    SessionId session;
    CatalogDelta delta;
};

/// The daemon is about to end: hand over, say goodbye.
struct StopAsked {};

// Actions for the outside.

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

/// Read our catalogue's changes after `since` (at most protocol::kDeltaChangesMax); ends in
/// CatalogRead.
struct ReadCatalog {
    SessionId session;
    std::uint64_t since = 0;
};

/// A session with this peer was good: keep it for the next start.
struct RememberPeer {
    PeerId peer;
    std::string name;
    protocol::Address address;
};

// Actions for the node itself; they never leave it.

/// A follower's changes, to be put into the index in order.
struct IndexChanges {
    PeerId owner;
    std::vector<EntryChange> changes;
};
/// Everything of this owner leaves the index.
struct IndexForget {
    PeerId owner;
};
/// The first session with a peer is there; the last one is gone.
struct PeerOnline {
    PeerId peer;
};
struct PeerOffline {
    PeerId peer;
};
/// Nothing more comes from this session and nothing can be sent on it.
struct SessionGone {
    SessionId session;
};
/// leader_view() is another one than before.
struct LeaderChanged {};

using Action =
    std::variant<Announce, Dial, Disconnect, Send, ReadCatalog, RememberPeer, IndexChanges,
                 IndexForget, PeerOnline, PeerOffline, SessionGone, LeaderChanged>;

/// `leader` leads `follower`, who is here, and for some time no session to it came about.
struct OutOfReach {
    PeerId leader;
    PeerId follower;
};

}  // namespace iwant::cluster
