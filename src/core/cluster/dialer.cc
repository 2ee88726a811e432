#include "core/cluster/dialer.h"

#include <algorithm>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using std::chrono::seconds;

namespace {
constexpr std::size_t kTargetsMax = 4096;
constexpr unsigned kDialsPerSecond = 10;
constexpr unsigned kStrangersPerHost = 2;  // unproven dials a second
constexpr std::size_t kHearsayPerHost = 8;
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
    if (!make_room(address, source)) return nullptr;
    Target& target = targets_[address];
    target.source = source;
    return &target;
}

// What was only heard of makes room: the one that failed most, of the same host when that has more
// than its share.
bool Dialer::make_room(const protocol::Address& address, Source source) {
    const auto hearsay = [](const Target& target) {
        return target.source == Source::heard && !target.proven && !target.in_flight;
    };
    auto worst = targets_.end();
    const auto consider = [&](auto target) {
        if (worst == targets_.end() || worst->second.failures < target->second.failures)
            worst = target;
    };
    std::size_t here = 0;
    for (auto target = targets_.lower_bound({address.host, 0});
         target != targets_.end() && target->first.host == address.host; ++target) {
        if (!hearsay(target->second)) continue;
        ++here;
        consider(target);
    }
    const bool crowded = source == Source::heard && here >= kHearsayPerHost;
    if (!crowded && targets_.size() < kTargetsMax) return true;
    if (!crowded) {
        worst = targets_.end();
        for (auto target = targets_.begin(); target != targets_.end(); ++target) {
            if (hearsay(target->second)) consider(target);
        }
    }
    if (worst == targets_.end()) return false;
    forget(worst);
    return true;
}

void Dialer::forget(std::map<protocol::Address, Target>::iterator target) {
    expect(target->second, std::nullopt);
    std::erase(touched_, &target->second);
    targets_.erase(target);
}

void Dialer::expect(Target& target, std::optional<PeerId> peer) {
    if (target.expected == peer) return;
    if (target.expected) {
        auto [known, end] = by_peer_.equal_range(*target.expected);
        while (known != end && known->second != &target) ++known;
        by_peer_.erase(known);
    }
    target.expected = peer;
    if (peer) by_peer_.emplace(*peer, &target);
}

// Who is needed comes first, then who waits longest. A host that many names are said to live at
// gets few dials, so that a crowd of fakes does not keep an honest newcomer waiting.
std::vector<Dial> Dialer::launch_first(std::vector<Due> due, Time now) {
    std::ranges::sort(due, [](const Due& a, const Due& b) {
        if (a.wish != b.wish) return a.wish > b.wish;
        if (a.target->next_try != b.target->next_try)
            return a.target->next_try < b.target->next_try;
        return *a.address < *b.address;
    });
    std::vector<Dial> dials;
    for (const Due& one : due) {
        if (!spend(now)) break;
        unsigned& strangers = strangers_[one.address->host];
        if (!one.target->proven && one.wish != Wish::needed && strangers >= kStrangersPerHost) {
            --spent_;
            one.target->next_try = window_ + seconds(1);
            continue;
        }
        strangers += one.target->proven ? 0 : 1;
        launch(*one.target, now);
        dials.push_back({*one.address, one.target->expected});
    }
    return dials;
}

void Dialer::given(const protocol::Address& address, Time now) {
    Target* target = add(address, Source::given);
    if (target == nullptr) return;
    touched_.push_back(target);
    target->own = false;
    target->failures = 0;
    if (!target->in_flight) target->next_try = now;
}

void Dialer::suggested(const PeerId& peer, const protocol::Address& address, Source source,
                       Time from) {
    if (peer == self_) return;
    const auto there = targets_.find(address);
    const bool known = there != targets_.end();
    if (known && there->second.expected == peer) {
        there->second.source = std::max(there->second.source, source);
        return;
    }
    Target* target = add(address, source);
    if (target == nullptr) return;
    // Whoever answered there before is believed more than a hint about the same place.
    if (known && target->proven) return;
    touched_.push_back(target);
    expect(*target, peer);
    target->own = false;
    if (!known) target->next_try = from;
}

void Dialer::heard(const PeerId& peer, const protocol::Address& address, Time now, Time from) {
    suggested(peer, address, Source::heard, from);
    hurry(peer, now);
}

void Dialer::hurry(const PeerId& peer, Time now) {
    const auto [begin, end] = by_peer_.equal_range(peer);
    for (auto known = begin; known != end; ++known) {
        Target& target = *known->second;
        if (target.in_flight) continue;
        const bool fresh = !target.proven && target.failures == 0;
        if (fresh) continue;
        const Duration gap = target.proven ? kProvenGap : kHintFirst;
        const Time earliest = std::max(now, target.last_try + gap);
        if (earliest >= target.next_try) continue;
        target.next_try = earliest;
        touched_.push_back(&target);
    }
}

void Dialer::network_changed(Time now) {
    for (auto& [address, target] : targets_) {
        touched_.push_back(&target);
        target.own = false;
        target.failures = 0;
        target.next_try = std::min(target.next_try, std::max(now, target.last_try + kProvenGap));
    }
}

bool Dialer::redial(const PeerId& peer, Time now) {
    bool possible = false;
    const auto [begin, end] = by_peer_.equal_range(peer);
    for (auto known = begin; known != end; ++known) {
        Target& target = *known->second;
        touched_.push_back(&target);
        if (target.own) continue;
        possible = true;
        if (!target.in_flight) target.next_try = now;
    }
    return possible;
}

bool Dialer::dialling(const PeerId& peer) const {
    const auto [begin, end] = by_peer_.equal_range(peer);
    return std::any_of(begin, end, [](const auto& known) { return known.second->in_flight; });
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
    touched_.push_back(reached);
    if (event.direction == Direction::dialled) reached->in_flight = false;
    if (event.direction == Direction::dialled || !reached->expected) expect(*reached, event.peer);
    reached->proven = event.direction == Direction::dialled || reached->proven;
    reached->own = false;
    reached->failures = 0;
    reached->next_try = now + kProvenGap;
}

void Dialer::failed(const DialFailed& event, Time now) {
    const auto known = targets_.find(event.address);
    if (known == targets_.end()) return;
    Target& target = known->second;
    touched_.push_back(&target);
    target.in_flight = false;
    if (event.found == self_) {
        target.own = true;
        return;
    }
    // Somebody else lives there now. A user's address means whoever is there; a hint was wrong.
    if (event.found && target.expected && event.found != target.expected) {
        target.proven = false;
        if (target.source == Source::given) {
            expect(target, std::nullopt);
        } else {
            expect(target, event.found);
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
        strangers_.clear();
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
