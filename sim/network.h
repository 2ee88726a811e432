#pragma once

// The simulated network: datagrams that get lost and doubled and overtake each other, sessions that
// deliver in order, late, or break. Which ways are open and how good they are, Links says.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/prng.h"
#include "core/node/node.h"
#include "sim/links.h"
#include "sim/plan.h"
#include "sim/timeline.h"

namespace iwant::sim {

/// What the network needs to know of hosts and to tell them.
class Hosts {
  public:
    enum class Condition { running, paused, stopped, off };

    virtual ~Hosts() = default;
    virtual Condition condition(HostNumber host) const = 0;
    virtual std::uint64_t instance(HostNumber host) const = 0;
    virtual PeerId peer(HostNumber host) const = 0;
    virtual PublicKey key(HostNumber host) const = 0;
    virtual protocol::Hello hello(HostNumber host) const = 0;
    virtual void deliver(HostNumber host, node::Event event) = 0;
};

class Network {
  public:
    /// Whatever is random hangs on the seed and on the sender only.
    Network(Timeline& timeline, Hosts& hosts, Links& links, std::size_t size, std::uint64_t seed);

    static protocol::Address address_of(HostNumber host);
    std::size_t size() const { return senders_.size(); }
    const Links& links() const { return links_; }

    void announce(HostNumber from, node::AnnouncementHeard heard);
    void dial(HostNumber from, const node::Dial& dial);
    void send(HostNumber from, SessionId session, node::Event event);
    void disconnect(HostNumber from, SessionId session, protocol::Goodbye::Reason reason);

    /// A process ended: the others' systems notice at once, or never when the whole host is off.
    void host_down(HostNumber host, Hosts::Condition how);
    /// Breaks one session of this host, chosen by `choice`; nothing when there is none.
    void break_one(HostNumber host, std::uint64_t choice);

    /// Who is at the other end of a host's session.
    std::optional<HostNumber> other_end(HostNumber host, SessionId session) const;
    /// Since when both ends have known of a connection that is open; nothing when there is none.
    std::optional<Time> connected_since(HostNumber a, HostNumber b) const;
    /// How many sessions a host has open.
    std::size_t sessions(HostNumber host) const;

  private:
    using ConnectionId = std::uint64_t;
    struct End {
        HostNumber host = 0;
        SessionId session;
        bool open = false;
        std::optional<Time> told;  ///< that it is open
        Time last;                 ///< nothing arrives before
        std::size_t due = 0;       ///< of `inbound`, those that would have arrived by now
        bool retrying = false;     ///< they wait for the way to open
        Duration retry{};
        std::deque<node::Event> inbound;
    };
    struct Connection {
        End ends[2];
        Time began;
        std::optional<Time> unanswered_since;  ///< what was sent has not been acknowledged
    };
    struct Place {
        ConnectionId connection;
        int side;
    };
    struct Sender {
        explicit Sender(std::uint64_t seed) : prng(seed) {}
        Prng prng;
        std::uint64_t next_session = 1;
        std::unordered_map<std::uint64_t, Place> places;  ///< by session
    };

    Duration delay(HostNumber from, const Quality& quality);
    void answer_dial(HostNumber from, std::uint64_t instance, const node::Dial& dial, Time until);
    void hang(HostNumber from, std::uint64_t instance, const node::Dial& dial, Time until);
    void dial_fails(HostNumber from, const node::Dial& dial, Duration after, ErrorCode code);
    void connect(HostNumber from, HostNumber to);
    void enqueue(ConnectionId connection, int side, node::Event event);
    void deliver_due(ConnectionId connection, int side);
    void retry_later(ConnectionId connection, int side);
    void unanswered(ConnectionId connection);
    void close_both(ConnectionId connection);
    void forget_if_closed(ConnectionId connection);
    std::optional<Place> find(HostNumber host, SessionId session) const;
    std::optional<HostNumber> host_at(const protocol::Address& address) const;

    Timeline& timeline_;
    Hosts& hosts_;
    Links& links_;
    std::vector<Sender> senders_;
    std::unordered_map<std::string, HostNumber> by_address_;
    std::unordered_map<ConnectionId, Connection> connections_;
    ConnectionId next_connection_ = 1;
};

}  // namespace iwant::sim
