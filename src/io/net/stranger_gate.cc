#include "io/net/stranger_gate.h"

#include <algorithm>

namespace iwant::net {

namespace {

/// An honest handshake on a busy network is over by then.
constexpr std::chrono::seconds kSecurePlace{1};

}  // namespace

StrangerGate::Verdict StrangerGate::knock(const std::string& host, Clock::time_point now) {
    Verdict verdict;
    if (count_of(host) >= per_address_max_) return verdict;
    if (strangers_.size() >= total_max_) {
        verdict.displaced = one_to_displace(host, now);
        if (!verdict.displaced) {
            if (count_of(host) == 0) verdict.answer = Answer::wait;
            return verdict;
        }
        leave(*verdict.displaced);
    }
    verdict.answer = Answer::enter;
    verdict.ticket = ++last_ticket_;
    strangers_.emplace(verdict.ticket, Stranger{host, now});
    ++by_host_[host];
    return verdict;
}

void StrangerGate::leave(Ticket ticket) {
    const auto stranger = strangers_.find(ticket);
    if (stranger == strangers_.end()) return;
    const auto count = by_host_.find(stranger->second.host);
    if (--count->second == 0) by_host_.erase(count);
    strangers_.erase(stranger);
}

/// The oldest of the computer with the most, if that has two more than the newcomer's; otherwise
/// the oldest of all, when it has had its time.
std::optional<StrangerGate::Ticket> StrangerGate::one_to_displace(const std::string& newcomer,
                                                                  Clock::time_point now) const {
    if (strangers_.empty()) return std::nullopt;
    const auto most =
        std::ranges::max_element(by_host_, {}, [](const auto& counted) { return counted.second; });
    if (most->second >= count_of(newcomer) + 2) {
        const auto oldest = std::ranges::find(strangers_, most->first,
                                              [](const auto& entry) { return entry.second.host; });
        return oldest->first;
    }
    const auto& [ticket, oldest] = *strangers_.begin();
    return now - oldest.came >= kSecurePlace ? std::optional(ticket) : std::nullopt;
}

std::size_t StrangerGate::count_of(const std::string& host) const {
    const auto count = by_host_.find(host);
    return count == by_host_.end() ? 0 : count->second;
}

}  // namespace iwant::net
