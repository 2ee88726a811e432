#include "app/daemon/hearing.h"

#include <algorithm>

namespace iwant::daemon {

std::optional<Time> Hearing::Heard::latest() const {
    return *std::ranges::max_element(last);
}

void Hearing::note(const PeerId& peer, const net::Arrival& arrival, Time now) {
    if (heard_.size() >= kPeersMax && !heard_.contains(peer)) {
        heard_.erase(std::ranges::min_element(
            heard_, {}, [](const auto& entry) { return entry.second.latest(); }));
    }
    Heard& heard = heard_[peer];
    heard.last[net::index_of(arrival.channel)] = now;
    heard.host = arrival.host;
    heard.interface = arrival.interface;
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
