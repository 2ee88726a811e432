#pragma once

// Whom the daemon has to do with, as `doctor` wants to know it: open sessions with the address at
// the other end, and which peers and addresses did not come from the network but from the past or
// from the user.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/ids.h"
#include "base/time.h"
#include "core/protocol/messages.h"

namespace iwant::daemon {

struct Contacts {
    struct Session {
        PeerId peer;
        protocol::Address address;  ///< where the peer listens
    };
    std::map<SessionId, Session> sessions;
    std::set<PeerId> remembered;          ///< of earlier runs
    std::set<protocol::Address> given;    ///< by the user
    std::optional<Time> network_changed;  /// the last time in this run

    std::optional<SessionId> session_with(const PeerId& peer) const {
        const auto found = std::ranges::find_if(
            sessions, [&](const auto& session) { return session.second.peer == peer; });
        return found == sessions.end() ? std::nullopt : std::optional(found->first);
    }
};

}  // namespace iwant::daemon
