#include "core/cluster/dialer.h"

#include <algorithm>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using std::chrono::seconds;

namespace {
constexpr std::size_t kTargetsMax = 4096;
constexpr unsigned kDialsPerSecond = 10;
constexpr Duration kGivenFirst = seconds(1);
constexpr Duration kGivenMax = seconds(30);
constexpr Duration kHintFirst = seconds(10);
constexpr Duration kHintMax = seconds(300);
constexpr Duration kProvenGap = seconds(1);
// Connecting and the handshake have their own limits; this one only covers a lost answer.
constexpr Duration kAnswerMax = seconds(15);
}  // namespace

Dialer::Target* Dialer::add(const protocol::Address& address, Source source) {
    const auto known = targets_.find(address);
    if (known != targets_.end()) {
        known->second.source = std::max(known->second.source, source);
        return &known->second;
    }
    if (targets_.size() >= kTargetsMax) {
        const auto worst = std::ranges::max_element(targets_, {}, [](const auto& entry) {
            const Target& target = entry.second;
            const bool kept = target.source == Source::given || target.in_flight;
            return kept ? -1 : static_cast<int>(target.failures);
        });
        if (worst->second.source == Source::given || worst->second.in_flight) return nullptr;
        targets_.erase(worst);
    }
    Target& target = targets_[address];
    target.source = source;
    return &target;
}

void Dialer::given(const protocol::Address& address, Time now) {
    Target* target = add(address, Source::given);
    if (target == nullptr) return;
    target->own = false;
    target->failures = 0;
    if (!target->in_flight) target->next_try = now;
}

void Dialer::suggested(const PeerId& peer, const protocol::Address& address, Source source,
                       Time from) {
    if (peer == self_) return;
    const bool known = targets_.contains(address);
    Target* target = add(address, source);
    if (target == nullptr || (known && target->expected == peer)) return;
    // Whoever answered there before is believed more than a hint about the same place.
    if (known && target->proven) return;
    target->expected = peer;
    target->own = false;
    if (!known) target->next_try = from;
}

void Dialer::heard(const PeerId& peer, const protocol::Address& address, Time now, Time from) {
    suggested(peer, address, Source::heard, from);
    hurry(peer, now);
}

void Dialer::hurry(const PeerId& peer, Time now) {
    for (auto& [address, target] : targets_) {
        if (target.expected != peer || target.in_flight) continue;
        if (!target.proven && target.failures > 0) {
            target.next_try =
                std::min(target.next_try, std::max(now, target.last_try + kHintFirst));
            continue;
        }
        if (!target.proven) continue;
        target.next_try = std::min(target.next_try, std::max(now, target.last_try + kProvenGap));
    }
}

void Dialer::network_changed(Time now) {
    for (auto& [address, target] : targets_) {
        target.own = false;
        target.failures = 0;
        target.next_try = std::min(target.next_try, std::max(now, target.last_try + kProvenGap));
    }
}

bool Dialer::redial(const PeerId& peer, Time now) {
    bool possible = false;
    for (auto& [address, target] : targets_) {
        if (target.expected != peer || target.own) continue;
        possible = true;
        if (!target.in_flight) target.next_try = now;
    }
    return possible;
}

bool Dialer::dialling(const PeerId& peer) const {
    return std::ranges::any_of(targets_, [&](const auto& entry) {
        return entry.second.expected == peer && entry.second.in_flight;
    });
}

void Dialer::opened(const SessionOpened& event, Time now) {
    Target* reached = nullptr;
    const auto exact = targets_.find(event.address);
    if (exact != targets_.end()) reached = &exact->second;
    if (reached == nullptr && event.direction == Direction::dialled) {
        // The peer listens elsewhere than where it was dialled (a forwarded port): the dial that
        // was meant is the one to this host, or the one that expected this peer.
        for (auto& [address, target] : targets_) {
            const bool meant = target.in_flight && (target.expected == event.peer ||
                                                    address.host == event.address.host);
            if (meant) reached = &target;
        }
    }
    if (reached == nullptr) reached = add(event.address, Source::heard);
    if (reached == nullptr) return;
    if (event.direction == Direction::dialled) reached->in_flight = false;
    if (event.direction == Direction::dialled || !reached->expected) reached->expected = event.peer;
    reached->proven = event.direction == Direction::dialled || reached->proven;
    reached->own = false;
    reached->failures = 0;
    reached->next_try = now + kProvenGap;
}

void Dialer::failed(const DialFailed& event, Time now) {
    const auto known = targets_.find(event.address);
    if (known == targets_.end()) return;
    Target& target = known->second;
    target.in_flight = false;
    if (event.found == self_) {
        target.own = true;
        return;
    }
    // Somebody else lives there now. A user's address means whoever is there; a hint was wrong.
    if (event.found && target.expected && event.found != target.expected) {
        target.proven = false;
        if (target.source == Source::given) {
            target.expected.reset();
        } else {
            target.expected = event.found;
        }
    }
    set_back(target, now);
}

void Dialer::set_back(Target& target, Time now) {
    const bool user = target.source == Source::given;
    const Duration first = user ? kGivenFirst : kHintFirst;
    const Duration most = user ? kGivenMax : kHintMax;
    Duration pause = first;
    for (unsigned i = 0; i < target.failures && pause < most; ++i) pause *= 2;
    ++target.failures;
    target.next_try = now + std::min(pause, most);
}

void Dialer::launch(Target& target, Time now) {
    target.in_flight = true;
    target.last_try = now;
    target.limit = now + kAnswerMax;
}

void Dialer::expire(Time now) {
    for (auto& [address, target] : targets_) {
        if (!target.in_flight || target.limit > now) continue;
        target.in_flight = false;
        set_back(target, now);
    }
}

bool Dialer::spend(Time now) {
    if (now - window_ >= seconds(1)) {
        window_ = now;
        spent_ = 0;
    }
    if (spent_ >= kDialsPerSecond) return false;
    ++spent_;
    return true;
}

Time Dialer::earliest_spend(Time wanted) const {
    if (spent_ < kDialsPerSecond) return wanted;
    return std::max(wanted, window_ + seconds(1));
}

}  // namespace iwant::cluster
