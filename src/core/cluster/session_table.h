#pragma once

// The open control sessions: at most one that counts to each peer, when each was last heard from,
// and when it is to be pinged or given up.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/entry.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/cluster/types.h"
#include "core/protocol/limits.h"

namespace iwant::cluster {

inline constexpr Duration kSessionPing = std::chrono::seconds(15);

struct Session {
    SessionId id;
    PeerId peer;
    Direction direction = Direction::dialled;
    std::uint64_t instance = 0;
    PublicKey key{};       ///< that TLS proved
    CatalogState catalog;  ///< as last announced by the peer
    Time opened;
    Time began;           ///< when the machines connected; before `opened`
    Time believes_since;  ///< in the leader that it believes in now
    Time heard;
    Time pinged;
    Duration ping = kSessionPing;  ///< quiet for this long it is pinged, for that long it is dead
    Duration end = protocol::kIdleTimeout;
    bool silent = false;         ///< led and was lost; does not count as alive until heard again
    bool stopping = false;       ///< said goodbye
    protocol::LeaderView shown;  ///< the leader that we last told this peer how to reach
};

class SessionTable {
  public:
    explicit SessionTable(PeerId self) : self_(self) {}

    /// Adds a session. When the peer has another one already, exactly one survives, the same on
    /// both sides; the id of the other is returned, and it is out of the table.
    std::optional<SessionId> open(const SessionOpened& opened, Time now);
    void close(SessionId session);

    Session* find(SessionId session);
    const Session* find(SessionId session) const;
    Session* of(const PeerId& peer);
    const Session* of(const PeerId& peer) const;
    const std::map<SessionId, Session>& all() const { return sessions_; }
    std::map<SessionId, Session>& all() { return sessions_; }
    std::size_t size() const { return sessions_.size(); }

    /// Peers that count as alive, without ourselves.
    std::size_t live_count() const;
    bool is_live(const PeerId& peer) const;

    /// The earliest time that any session wants a ping or the end.
    std::optional<Time> next_deadline() const;
    /// After a pause of ours nobody's silence means anything.
    void excuse_silence(Time now);

  private:
    bool keeps(const Session& old, const SessionOpened& incoming, Time now) const;

    PeerId self_;
    std::map<SessionId, Session> sessions_;
    std::map<PeerId, SessionId> by_peer_;
};

}  // namespace iwant::cluster
