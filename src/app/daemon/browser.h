#pragma once

// Asks other peers for parts of their shared folders, and ourselves for ours. The owner is the only
// one who is asked: what it shares is its own word, hashed or not. Event thread.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/protocol/messages.h"
#include "io/control/api.h"

namespace iwant::daemon {

class Browser {
  public:
    static constexpr std::size_t kOpenMax = 64;
    static constexpr std::chrono::seconds kAnswerWithin{5};
    /// Of a peer that seems to be away.
    static constexpr std::chrono::seconds kReturnWithin{2};
    /// Whoever seems to be away and did not answer is not asked again for so long: a folder of many
    /// parts is not waited for at each.
    static constexpr std::chrono::seconds kAwayFor{10};

    using Own = std::function<void(protocol::Message)>;
    struct World {
        std::function<void(SessionId, const protocol::Message&)> send;
        /// Opens a session and says where; nothing when it is not known where the peer is.
        std::function<std::optional<protocol::Address>(const PeerId&)> dial;
        std::function<bool(const PeerId&)> seems_here;
        /// Asks our own catalogue.
        std::function<void(const protocol::BrowseRequest&, Own)> ask_own;
    };

    Browser(const PeerId& self, World world);

    /// ErrorCode::unavailable when the peer cannot be reached or does not answer in time, not_found
    /// when it shares no such folder, busy when it or we have too much to do.
    void browse(const PeerId& peer, protocol::BrowseRequest request,
                control::Reply<protocol::BrowseReply> reply, Time now);

    void session_opened(SessionId session, const PeerId& peer);
    void session_closed(SessionId session);
    void dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected);
    void received(SessionId session, const protocol::Message& message);
    /// Gives up what waits for too long; call about once a second.
    void tick(Time now);

  private:
    struct Open {
        PeerId peer;
        protocol::BrowseRequest request;
        std::optional<SessionId> asked;  ///< nothing: a session is being opened
        std::optional<protocol::Address> dialled;
        Time deadline;
        control::Reply<protocol::BrowseReply> reply;
    };
    void ask(Open& open, SessionId session);
    void answer(RequestId request, Result<protocol::BrowseReply> result);
    void take(RequestId request, const protocol::Message& message);

    const PeerId self_;
    const World world_;
    std::map<SessionId, PeerId> sessions_;
    std::map<RequestId, Open> open_;
    std::map<PeerId, Time> away_until_;
    std::uint64_t next_request_;
};

}  // namespace iwant::daemon
