#include "sim/network.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::sim {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kRetransmitMin = milliseconds(200);
constexpr Duration kRetransmitMax = milliseconds(1600);
constexpr Duration kBreaksAfter = seconds(25);
constexpr Duration kHandshakeTimeout = protocol::kHandshakeTimeout;
constexpr Duration kHangingLook = milliseconds(100);
constexpr Duration kDialTimeout = seconds(3);
constexpr std::uint16_t kPort = 4926;
}  // namespace

Network::Network(Timeline& timeline, Hosts& hosts, Links& links, std::size_t size,
                 std::uint64_t seed)
    : timeline_(timeline), hosts_(hosts), links_(links) {
    for (HostNumber host = 0; host < size; ++host) {
        senders_.emplace_back(seed + host);
        by_address_[address_of(host).host] = host;
    }
}

protocol::Address Network::address_of(HostNumber host) {
    return {"10.0." + std::to_string(host / 250) + "." + std::to_string(host % 250 + 1), kPort};
}

std::optional<HostNumber> Network::host_at(const protocol::Address& address) const {
    const auto found = by_address_.find(address.host);
    return found == by_address_.end() ? std::nullopt : std::optional(found->second);
}

// Exponential, so that a later datagram often overtakes an earlier one.
Duration Network::delay(HostNumber from, const Quality& quality) {
    constexpr double kSteps = 1 << 20;
    const auto step = static_cast<double>(senders_[from].prng.below(std::uint64_t{1} << 20));
    const double share = -std::log((step + 1) / kSteps);
    const auto mean = static_cast<double>(quality.delay_mean.count());
    return microseconds(50) + Duration(static_cast<std::int64_t>(mean * share));
}

void Network::announce(HostNumber from, node::AnnouncementHeard heard) {
    const auto shared = std::make_shared<const node::AnnouncementHeard>(std::move(heard));
    Prng& prng = senders_[from].prng;
    for (HostNumber to = 0; to < size(); ++to) {
        if (to == from) continue;
        const Quality quality = links_.quality(from, to);
        const unsigned copies = prng.chance(quality.duplicate_percent, 100) ? 2 : 1;
        for (unsigned i = 0; i < copies; ++i) {
            if (prng.chance(quality.loss_percent, 100)) continue;
            timeline_.after(delay(from, quality), [this, from, to, shared] {
                if (links_.open_for_datagrams(from, to)) hosts_.deliver(to, *shared);
            });
        }
    }
}

// A connection and its handshake take three ways.
void Network::dial(HostNumber from, const node::Dial& dial) {
    const std::uint64_t instance = hosts_.instance(from);
    const auto to = host_at(dial.address);
    const Quality quality = to ? links_.quality(from, *to) : links_.base();
    const Duration takes = delay(from, quality) + delay(from, quality) + delay(from, quality);
    const Time until = timeline_.now() + kHandshakeTimeout;
    timeline_.after(
        takes, [this, from, instance, dial, until] { answer_dial(from, instance, dial, until); });
}

// The system of a host that stands still takes connections; its process answers when it goes on.
void Network::hang(HostNumber from, std::uint64_t instance, const node::Dial& dial, Time until) {
    if (timeline_.now() >= until) {
        dial_fails(from, dial, Duration{}, ErrorCode::timeout);
        return;
    }
    timeline_.after(kHangingLook, [this, from, instance, dial, until] {
        const auto to = host_at(dial.address);
        if (to && hosts_.condition(*to) == Hosts::Condition::paused) {
            hang(from, instance, dial, until);
        } else {
            answer_dial(from, instance, dial, until);
        }
    });
}

void Network::answer_dial(HostNumber from, std::uint64_t instance, const node::Dial& dial,
                          Time until) {
    using Condition = Hosts::Condition;
    if (hosts_.instance(from) != instance || hosts_.condition(from) == Condition::stopped) return;
    if (hosts_.condition(from) == Condition::off) return;
    const auto to = host_at(dial.address);
    if (to == from) {
        node::DialFailed failed{dial.address, dial.expected, hosts_.peer(from), {}};
        hosts_.deliver(from, std::move(failed));
        return;
    }
    if (!to || !links_.open_both_ways(from, *to)) {
        dial_fails(from, dial, kDialTimeout, ErrorCode::timeout);
        return;
    }
    switch (hosts_.condition(*to)) {
        case Condition::running:
            hosts_.deliver(from, node::DialReached{dial.address, dial.expected});
            if (dial.expected && *dial.expected != hosts_.peer(*to)) {
                node::DialFailed failed{dial.address, dial.expected, hosts_.peer(*to), {}};
                hosts_.deliver(from, std::move(failed));
            } else {
                connect(from, *to);
            }
            break;
        case Condition::stopped:
            dial_fails(from, dial, Duration{}, ErrorCode::network);
            break;
        case Condition::paused:
            hosts_.deliver(from, node::DialReached{dial.address, dial.expected});
            hang(from, instance, dial, until);
            break;
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

void Network::connect(HostNumber from, HostNumber to) {
    const ConnectionId id = next_connection_++;
    Connection& connection = connections_[id];
    connection.began = timeline_.now();
    const HostNumber hosts[2] = {from, to};
    for (int side = 0; side < 2; ++side) {
        End& end = connection.ends[side];
        end.host = hosts[side];
        end.session = SessionId{senders_[end.host].next_session++};
        end.open = true;
        end.last = timeline_.now();
        senders_[end.host].places[end.session.value] = {id, side};
    }
    for (int side = 0; side < 2; ++side) {
        const HostNumber other = hosts[1 - side];
        node::SessionOpened opened;
        opened.session = connection.ends[side].session;
        opened.peer = hosts_.peer(other);
        opened.address = address_of(other);
        opened.direction = side == 0 ? node::Direction::dialled : node::Direction::accepted;
        opened.hello = hosts_.hello(other);
        opened.key = hosts_.key(other);
        enqueue(id, side, std::move(opened));
    }
}

std::optional<Network::Place> Network::find(HostNumber host, SessionId session) const {
    const auto& places = senders_[host].places;
    const auto found = places.find(session.value);
    return found == places.end() ? std::nullopt : std::optional(found->second);
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
    } else if (hosts_.condition(other.host) == Hosts::Condition::running &&
               links_.open_both_ways(from, other.host)) {
        // The other system does not know this connection any more: it answers with a reset.
        enqueue(place->connection, place->side, node::SessionClosed{session, "reset"});
    } else {
        unanswered(place->connection);
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
    forget_if_closed(place->connection);
}

// What was lost on the way comes later, and what follows waits for it.
void Network::enqueue(ConnectionId id, int side, node::Event event) {
    Connection& connection = connections_.at(id);
    End& end = connection.ends[side];
    const HostNumber from = connection.ends[1 - side].host;
    const Quality quality = links_.quality(from, end.host);
    Duration takes = delay(from, quality);
    if (senders_[from].prng.chance(quality.stream_loss_percent, 100)) takes += kRetransmitMin;
    end.inbound.push_back(std::move(event));
    end.last = std::max(timeline_.now() + takes, end.last + microseconds(1));
    const std::uint64_t packed = id * 2 + static_cast<std::uint64_t>(side);
    timeline_.at(end.last, [this, packed] {
        const auto found = connections_.find(packed / 2);
        if (found == connections_.end()) return;
        const int at = static_cast<int>(packed % 2);
        ++found->second.ends[at].due;
        if (!found->second.ends[at].retrying) deliver_due(packed / 2, at);
    });
}

void Network::deliver_due(ConnectionId id, int side) {
    while (true) {
        const auto found = connections_.find(id);
        if (found == connections_.end()) return;
        Connection& connection = found->second;
        End& end = connection.ends[side];
        if (end.due == 0 || !end.open) return;
        const HostNumber from = connection.ends[1 - side].host;
        if (!links_.open(from, end.host)) {
            unanswered(id);
            retry_later(id, side);
            return;
        }
        if (links_.open(end.host, from)) {
            connection.unanswered_since.reset();
        } else {
            unanswered(id);
        }
        end.retry = {};
        --end.due;
        node::Event event = std::move(end.inbound.front());
        end.inbound.pop_front();
        const HostNumber host = end.host;
        if (std::holds_alternative<node::SessionClosed>(event)) {
            end.open = false;
            forget_if_closed(id);
        } else if (auto* opened = std::get_if<node::SessionOpened>(&event)) {
            end.told = timeline_.now();
            opened->took = timeline_.now() - connection.began;
        }
        hosts_.deliver(host, std::move(event));
    }
}

void Network::retry_later(ConnectionId id, int side) {
    End& end = connections_.at(id).ends[side];
    end.retrying = true;
    end.retry = std::clamp(end.retry * 2, kRetransmitMin, kRetransmitMax);
    timeline_.after(end.retry, [this, id, side] {
        const auto found = connections_.find(id);
        if (found == connections_.end()) return;
        found->second.ends[side].retrying = false;
        deliver_due(id, side);
    });
}

// TCP gives up on what is not acknowledged for long.
void Network::unanswered(ConnectionId id) {
    Connection& connection = connections_.at(id);
    if (connection.unanswered_since) return;
    const Time since = timeline_.now();
    connection.unanswered_since = since;
    timeline_.after(kBreaksAfter, [this, id, since] {
        const auto found = connections_.find(id);
        if (found == connections_.end()) return;
        Connection& late = found->second;
        if (late.unanswered_since != since) return;
        late.unanswered_since.reset();
        const bool both = late.ends[0].open && late.ends[1].open;
        if (!both || !links_.open_both_ways(late.ends[0].host, late.ends[1].host)) close_both(id);
    });
}

// The ends learn of it each on its own, without a word from the other.
void Network::close_both(ConnectionId id) {
    for (int side = 0; side < 2; ++side) {
        const auto found = connections_.find(id);
        if (found == connections_.end()) return;
        End& end = found->second.ends[side];
        if (!end.open) continue;
        end.open = false;
        end.inbound.clear();
        end.due = 0;
        const HostNumber host = end.host;
        const SessionId session = end.session;
        forget_if_closed(id);
        hosts_.deliver(host, node::SessionClosed{session, "broken"});
    }
}

void Network::forget_if_closed(ConnectionId id) {
    const Connection& connection = connections_.at(id);
    if (connection.ends[0].open || connection.ends[1].open) return;
    for (const End& end : connection.ends) senders_[end.host].places.erase(end.session.value);
    connections_.erase(id);
}

void Network::host_down(HostNumber host, Hosts::Condition how) {
    std::vector<std::uint64_t> sessions;
    for (const auto& [session, place] : senders_[host].places) sessions.push_back(session);
    std::ranges::sort(sessions);
    for (const std::uint64_t session : sessions) {
        const auto place = find(host, SessionId{session});
        if (!place) continue;
        Connection& connection = connections_.at(place->connection);
        End& end = connection.ends[place->side];
        const End& other = connection.ends[1 - place->side];
        if (!end.open) continue;
        end.open = false;
        end.inbound.clear();
        end.due = 0;
        if (how == Hosts::Condition::stopped && other.open)
            enqueue(place->connection, 1 - place->side,
                    node::SessionClosed{other.session, "reset"});
        forget_if_closed(place->connection);
    }
}

void Network::break_one(HostNumber host, std::uint64_t choice) {
    std::vector<std::uint64_t> open;
    for (const auto& [session, place] : senders_[host].places) {
        const End* ends = connections_.at(place.connection).ends;
        if (ends[0].open && ends[1].open) open.push_back(session);
    }
    if (open.empty()) return;
    std::ranges::sort(open);
    close_both(find(host, SessionId{open[choice % open.size()]})->connection);
}

std::optional<HostNumber> Network::other_end(HostNumber host, SessionId session) const {
    const auto place = find(host, session);
    if (!place) return std::nullopt;
    return connections_.at(place->connection).ends[1 - place->side].host;
}

std::optional<Time> Network::connected_since(HostNumber a, HostNumber b) const {
    std::optional<Time> since;
    for (const auto& [session, place] : senders_[a].places) {
        const Connection& connection = connections_.at(place.connection);
        const End* ends = connection.ends;
        const bool of_both = ends[1 - place.side].host == b && ends[0].open && ends[1].open;
        if (!of_both || !ends[0].told || !ends[1].told) continue;
        const Time both_told = std::max(*ends[0].told, *ends[1].told);
        if (!since || both_told < *since) since = both_told;
    }
    return since;
}

std::size_t Network::sessions(HostNumber host) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(senders_[host].places, [&](const auto& entry) {
            const Place& place = entry.second;
            return connections_.at(place.connection).ends[place.side].open;
        }));
}

}  // namespace iwant::sim
