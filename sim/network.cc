#include "sim/network.h"

#include <algorithm>
#include <string>
#include <utility>

namespace iwant::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kRetransmit = milliseconds(200);
constexpr Duration kBreaksAfter = seconds(25);
constexpr Duration kDialTimeout = seconds(3);
constexpr std::uint16_t kPort = 4926;
}  // namespace

Network::Network(Timeline& timeline, Hosts& hosts, std::size_t size, Prng prng)
    : timeline_(timeline), hosts_(hosts), prng_(prng), groups_(size, 0), next_session_(size, 1) {}

protocol::Address Network::address_of(HostNumber host) {
    return {"10.0.0." + std::to_string(host + 1), kPort};
}

// Between a fifth and three times the mean: enough to reorder.
Duration Network::delay() {
    return quality_.delay_mean / 5 + prng_.below(quality_.delay_mean * 14 / 5);
}

void Network::announce(HostNumber from, const node::Announce& announce) {
    node::AnnouncementHeard heard;
    heard.peer = hosts_.peer(from);
    heard.from = address_of(from);
    heard.instance = hosts_.instance(from);
    heard.goodbye = announce.goodbye;
    heard.leader = announce.leader;
    heard.followers = announce.followers;
    for (HostNumber to = 0; to < groups_.size(); ++to) {
        if (to == from) continue;
        const unsigned copies = 1 + (prng_.chance(quality_.duplicate_percent, 100) ? 1 : 0);
        for (unsigned i = 0; i < copies; ++i) {
            if (prng_.chance(quality_.loss_percent, 100)) continue;
            timeline_.after(delay(), [this, from, to, heard] {
                if (reachable(from, to)) hosts_.deliver(to, heard);
            });
        }
    }
}

void Network::dial(HostNumber from, const node::Dial& dial) {
    const std::uint64_t instance = hosts_.instance(from);
    timeline_.after(delay() + delay(),
                    [this, from, instance, dial] { answer_dial(from, instance, dial); });
}

void Network::answer_dial(HostNumber from, std::uint64_t instance, const node::Dial& dial) {
    using Condition = Hosts::Condition;
    if (hosts_.instance(from) != instance || hosts_.condition(from) == Condition::stopped) return;
    if (hosts_.condition(from) == Condition::off) return;
    HostNumber to = 0;
    while (to < groups_.size() && address_of(to) != dial.address) ++to;
    if (to == from) {
        node::DialFailed failed{dial.address, dial.expected, hosts_.peer(from), {}};
        hosts_.deliver(from, std::move(failed));
        return;
    }
    if (to == groups_.size() || !reachable(from, to)) {
        dial_fails(from, dial, kDialTimeout, ErrorCode::timeout);
        return;
    }
    switch (hosts_.condition(to)) {
        case Condition::running:
            connect(from, to);
            break;
        case Condition::stopped:
            dial_fails(from, dial, Duration{}, ErrorCode::network);
            break;
        case Condition::paused:
        case Condition::off:
            dial_fails(from, dial, kDialTimeout, ErrorCode::timeout);
            break;
    }
}

void Network::dial_fails(HostNumber from, const node::Dial& dial, Duration after, ErrorCode code) {
    const std::uint64_t instance = hosts_.instance(from);
    timeline_.after(after, [this, from, instance, dial, code] {
        if (hosts_.instance(from) != instance) return;
        hosts_.deliver(from,
                       node::DialFailed{dial.address, dial.expected, {}, {code, "dial", "failed"}});
    });
}

void Network::purge() {
    std::erase_if(connections_, [&](const auto& entry) {
        const End* ends = entry.second.ends;
        if (ends[0].open || ends[1].open) return false;
        for (int side = 0; side < 2; ++side) places_.erase({ends[side].host, ends[side].session});
        return true;
    });
}

void Network::connect(HostNumber from, HostNumber to) {
    purge();
    const std::uint64_t id = next_connection_++;
    Connection& connection = connections_[id];
    connection.opened = timeline_.now();
    const HostNumber hosts[2] = {from, to};
    for (int side = 0; side < 2; ++side) {
        End& end = connection.ends[side];
        const HostNumber other = hosts[1 - side];
        end.host = hosts[side];
        end.session = SessionId{next_session_[end.host]++};
        end.open = true;
        end.last = timeline_.now();
        places_[{end.host, end.session}] = {id, side};
        node::SessionOpened opened;
        opened.session = end.session;
        opened.peer = hosts_.peer(other);
        opened.address = address_of(other);
        opened.direction = side == 0 ? node::Direction::dialled : node::Direction::accepted;
        opened.hello = hosts_.hello(other);
        opened.key = hosts_.key(other);
        enqueue(id, side, std::move(opened));
    }
}

std::optional<Network::Place> Network::find(HostNumber host, SessionId session) const {
    const auto found = places_.find({host, session});
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

void Network::send(HostNumber from, SessionId session, node::Event event) {
    const auto place = find(from, session);
    if (!place) return;
    Connection& connection = connections_.at(place->connection);
    if (!connection.ends[place->side].open) return;
    const End& other = connection.ends[1 - place->side];
    if (other.open) {
        if (auto* received = std::get_if<node::MessageReceived>(&event))
            received->session = other.session;
        enqueue(place->connection, 1 - place->side, std::move(event));
    } else if (hosts_.condition(other.host) == Hosts::Condition::running) {
        // The other system does not know this connection any more: it answers with a reset.
        enqueue(place->connection, place->side, node::SessionClosed{session, "reset"});
    }
}

void Network::disconnect(HostNumber from, SessionId session, protocol::Goodbye::Reason reason) {
    const auto place = find(from, session);
    if (!place) return;
    send(from, session, node::MessageReceived{session, protocol::Goodbye{reason}});
    Connection& connection = connections_.at(place->connection);
    connection.ends[place->side].open = false;
    const End& other = connection.ends[1 - place->side];
    if (other.open)
        enqueue(place->connection, 1 - place->side, node::SessionClosed{other.session, "closed"});
}

void Network::enqueue(std::uint64_t id, int side, node::Event event) {
    End& end = connections_.at(id).ends[side];
    end.inbound.push_back(std::move(event));
    end.last = std::max(timeline_.now() + delay(), end.last + microseconds(1));
    timeline_.at(end.last, [this, id, side] { arrive(id, side); });
}

void Network::arrive(std::uint64_t id, int side) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    Connection& connection = found->second;
    End& end = connection.ends[side];
    if (end.inbound.empty()) return;
    if (!end.open) {
        end.inbound.clear();
        return;
    }
    if (!reachable(end.host, connection.ends[1 - side].host)) {
        if (!connection.blocked_since) connection.blocked_since = timeline_.now();
        if (timeline_.now() - *connection.blocked_since > kBreaksAfter) {
            connection.ends[0].inbound.clear();
            connection.ends[1].inbound.clear();
            close_both(id);
        } else {
            timeline_.after(kRetransmit, [this, id, side] { arrive(id, side); });
        }
        return;
    }
    connection.blocked_since.reset();
    node::Event event = std::move(end.inbound.front());
    end.inbound.pop_front();
    if (std::holds_alternative<node::SessionClosed>(event)) end.open = false;
    hosts_.deliver(end.host, std::move(event));
}

// The ends learn of it each on its own, without a word from the other.
void Network::close_both(std::uint64_t id) {
    for (End& end : connections_.at(id).ends) {
        if (!end.open) continue;
        end.open = false;
        end.inbound.clear();
        hosts_.deliver(end.host, node::SessionClosed{end.session, "broken"});
    }
}

void Network::host_down(HostNumber host, Hosts::Condition how) {
    for (auto& [id, connection] : connections_) {
        for (int side = 0; side < 2; ++side) {
            End& end = connection.ends[side];
            End& other = connection.ends[1 - side];
            if (end.host != host || !end.open) continue;
            end.open = false;
            end.inbound.clear();
            if (how == Hosts::Condition::stopped && other.open)
                enqueue(id, 1 - side, node::SessionClosed{other.session, "reset"});
        }
    }
}

void Network::break_one(std::uint64_t choice) {
    std::vector<std::uint64_t> open;
    for (const auto& [id, connection] : connections_) {
        if (connection.ends[0].open && connection.ends[1].open) open.push_back(id);
    }
    if (!open.empty()) close_both(open[choice % open.size()]);
}

std::optional<HostNumber> Network::other_end(HostNumber host, SessionId session) const {
    const auto place = find(host, session);
    if (!place) return std::nullopt;
    return connections_.at(place->connection).ends[1 - place->side].host;
}

std::optional<Time> Network::connected_since(HostNumber a, HostNumber b) const {
    for (const auto& [id, connection] : connections_) {
        const End* ends = connection.ends;
        const bool these =
            (ends[0].host == a && ends[1].host == b) || (ends[0].host == b && ends[1].host == a);
        if (these && ends[0].open && ends[1].open) return connection.opened;
    }
    return std::nullopt;
}

}  // namespace iwant::sim
