#include "app/daemon/doctor_facts.h"

#include <algorithm>
#include <array>

#include "core/protocol/address_text.h"

namespace iwant::daemon {
namespace {

constexpr std::chrono::minutes kLately{1};
/// Announcements are for everybody; nothing of ours is sent to one address.
constexpr std::array kWays = {net::Channel::multicast4, net::Channel::multicast6,
                              net::Channel::broadcast};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::vector<std::string> found_by(const node::PeerView& peer, const Contacts& contacts,
                                  const Hearing& hearing) {
    std::vector<std::string> ways;
    const bool connected = contacts.session_with(peer.peer).has_value();
    if (hearing.of(peer.peer) != nullptr) ways.emplace_back("announcement");
    if (connected) ways.emplace_back("connection");
    if (peer.online && !connected) ways.emplace_back("roster");
    if (contacts.remembered.contains(peer.peer)) ways.emplace_back("remembered");
    const bool given = std::ranges::any_of(
        peer.addresses, [&](const auto& address) { return contacts.given.contains(address); });
    if (given) ways.emplace_back("given");
    return ways;
}

}  // namespace

std::vector<control::InterfaceFacts> interface_facts(const std::vector<net::InterfaceUse>& uses,
                                                     const Hearing& hearing, Time now) {
    std::vector<control::InterfaceFacts> all;
    for (const net::InterfaceUse& use : uses) {
        control::InterfaceFacts facts{use.name,    use.addresses, use.used, use.why_not,
                                      use.enabled, use.carrier,   {}};
        for (const net::Channel way : kWays) {
            const net::ChannelUse& channel = use.on(way);
            facts.channels.push_back({std::string(net::name_of(way)), channel.possible,
                                      channel.joined, channel.sent, channel.failed,
                                      channel.last_error, channel.heard,
                                      hearing.count(use.name, way, now - kLately)});
        }
        all.push_back(std::move(facts));
    }
    return all;
}

control::PeerFacts peer_facts(const node::PeerView& peer, const Contacts& contacts,
                              const Hearing& hearing, Time now) {
    control::PeerFacts facts;
    facts.id = peer.peer.hex();
    facts.name = peer.name;
    if (!peer.addresses.empty()) facts.address = to_string(peer.addresses.front());
    facts.version = peer.program_version;
    facts.online = peer.online;
    facts.connected = contacts.session_with(peer.peer).has_value();
    facts.found_by = found_by(peer, contacts, hearing);
    if (const Hearing::Heard* heard = hearing.of(peer.peer)) {
        for (const net::Channel way : kWays) {
            if (const auto& last = heard->on(way)) {
                facts.heard_s.emplace_back(net::name_of(way), seconds(now - *last));
            }
        }
    }
    return facts;
}

void add_answer(control::PeerFacts& facts, const protocol::ProbeReply& reply) {
    constexpr std::array<const char*, 5> kDialBacks = {"", "accepted", "refused", "silent",
                                                       "unreachable"};
    facts.answered = true;
    facts.seen_at = to_string(reply.seen_at);
    facts.dial_back = kDialBacks.at(static_cast<std::size_t>(reply.dial_back));
    const auto add = [&](net::Channel way, const std::optional<std::uint32_t>& ms) {
        if (ms) facts.hears_us_s.emplace_back(net::name_of(way), *ms / 1000.0);
    };
    add(net::Channel::multicast4, reply.multicast4_ms);
    add(net::Channel::multicast6, reply.multicast6_ms);
    add(net::Channel::broadcast, reply.broadcast_ms);
}

std::string name_of(net::Reach reach) {
    constexpr std::array<const char*, 5> kNames = {"accepted", "refused", "silent", "unreachable",
                                                   "unknown-name"};
    return kNames.at(static_cast<std::size_t>(reach));
}

}  // namespace iwant::daemon
