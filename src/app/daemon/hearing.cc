#include "app/daemon/hearing.h"

#include <algorithm>

namespace iwant::daemon {

std::optional<Time> Hearing::Heard::latest() const {
    return *std::ranges::max_element(last);
}

std::vector<protocol::Address> Hearing::Heard::addresses() const {
    std::vector<protocol::Address> all;
    for (const std::string& host : hosts) {
        const protocol::Address address{host, port};
        if (!host.empty() && std::ranges::find(all, address) == all.end()) all.push_back(address);
    }
    return all;
}

void Hearing::note(const PeerId& peer, const net::Arrival& arrival, std::uint16_t port, Time now) {
    if (heard_.size() >= kPeersMax && !heard_.contains(peer)) {
        heard_.erase(std::ranges::min_element(
            heard_, {}, [](const auto& entry) { return entry.second.latest(); }));
    }
    heard_[peer].port = port;
    note_again(peer, arrival, now);
}

void Hearing::note_again(const PeerId& peer, const net::Arrival& arrival, Time now) {
    const auto known = heard_.find(peer);
    if (known == heard_.end()) return;
    known->second.last[net::index_of(arrival.channel)] = now;
    known->second.hosts[net::index_of(arrival.channel)] = arrival.host;
    known->second.interface = arrival.interface;
}

std::vector<std::pair<PeerId, Hearing::Heard>> Hearing::lately(Time since) const {
    std::vector<std::pair<PeerId, Heard>> all;
    for (const auto& [peer, heard] : heard_) {
        if (heard.latest() >= since) all.emplace_back(peer, heard);
    }
    return all;
}

const Hearing::Heard* Hearing::of(const PeerId& peer) const {
    const auto found = heard_.find(peer);
    return found == heard_.end() ? nullptr : &found->second;
}

std::size_t Hearing::count(const std::string& interface, net::Channel channel, Time since) const {
    return static_cast<std::size_t>(std::ranges::count_if(heard_, [&](const auto& entry) {
        const Heard& heard = entry.second;
        return heard.interface == interface && heard.on(channel) >= since;
    }));
}

}  // namespace iwant::daemon
