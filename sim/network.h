#pragma once

// The simulated network: datagrams that get lost and doubled, connections that deliver in order or
// break, partitions that hold everything back.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "core/node/node.h"
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
    Network(Timeline& timeline, Hosts& hosts, std::size_t size, Prng prng);

    static protocol::Address address_of(HostNumber host);

    void set_quality(Quality quality) { quality_ = quality; }
    /// Hosts reach each other when their groups are equal.
    void set_group(HostNumber host, unsigned group) {
        if (groups_[host] != group) regrouped_ = timeline_.now();
        groups_[host] = group;
    }
    /// When groups changed last.
    Time regrouped() const { return regrouped_; }
    bool reachable(HostNumber a, HostNumber b) const { return groups_[a] == groups_[b]; }

    void announce(HostNumber from, const node::Announce& announce);
    void dial(HostNumber from, const node::Dial& dial);
    void send(HostNumber from, SessionId session, node::Event event);
    void disconnect(HostNumber from, SessionId session, protocol::Goodbye::Reason reason);

    /// A process ended: the others' systems notice at once, or never when the whole host is off.
    void host_down(HostNumber host, Hosts::Condition how);
    /// Breaks one connection, chosen by `choice`; nothing when there is none.
    void break_one(std::uint64_t choice);

    /// Who is at the other end of a host's session.
    std::optional<HostNumber> other_end(HostNumber host, SessionId session) const;
    /// Since when both ends have had this very connection open; nothing when there is none.
    std::optional<Time> connected_since(HostNumber a, HostNumber b) const;

  private:
    struct End {
        HostNumber host = 0;
        SessionId session;
        bool open = false;
        Time last;  ///< nothing arrives before
        std::deque<node::Event> inbound;
    };
    struct Connection {
        End ends[2];
        Time opened;
        std::optional<Time> blocked_since;
    };
    struct Place {
        std::uint64_t connection;
        int side;
    };

    Duration delay();
    void answer_dial(HostNumber from, std::uint64_t instance, const node::Dial& dial);
    void dial_fails(HostNumber from, const node::Dial& dial, Duration after, ErrorCode code);
    void connect(HostNumber from, HostNumber to);
    void purge();
    void enqueue(std::uint64_t connection, int side, node::Event event);
    void arrive(std::uint64_t connection, int side);
    void close_both(std::uint64_t connection);
    std::optional<Place> find(HostNumber host, SessionId session) const;

    Timeline& timeline_;
    Hosts& hosts_;
    Prng prng_;
    Quality quality_;
    std::vector<unsigned> groups_;
    Time regrouped_;
    std::vector<std::uint64_t> next_session_;
    std::map<std::uint64_t, Connection> connections_;
    std::map<std::pair<HostNumber, SessionId>, Place> places_;
    std::uint64_t next_connection_ = 1;
};

}  // namespace iwant::sim
