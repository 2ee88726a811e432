#include "sim/plain_detector.h"

#include <algorithm>
#include <utility>

namespace iwant::sim {

namespace {
constexpr Duration kSample = std::chrono::milliseconds(50);
// A leader that stood still a moment ago is not blamed on the detector.
constexpr Duration kUndisturbed = std::chrono::seconds(5);
// Who was paused reads what has come meanwhile before its timers run, as our own peers do.
constexpr Duration kAfterInbox = std::chrono::milliseconds(1);
}  // namespace

PlainDetector::PlainDetector(const Plan& plan)
    : plan_(plan), prng_(plan.seed), places_(plan.hosts) {}

Statistics PlainDetector::run() {
    for (HostNumber host = 0; host < size(); ++host) start(host);
    for (const Fault& fault : plan_.faults)
        timeline_.at(Time{} + fault.at, [this, &fault] { carry_out(fault); });
    const Time end = Time{} + plan_.chaos;
    while (timeline_.now() < end) {
        timeline_.run_until(std::min(end, timeline_.now() + kSample));
        watch();
    }
    statistics_.runs = 1;
    statistics_.virtual_time = plan_.chaos;
    statistics_.peer_time = plan_.chaos * static_cast<Duration::rep>(size());
    return statistics_;
}

void PlainDetector::carry_out(const Fault& fault) {
    const HostNumber host = fault.host == kLeader ? agreed().value_or(0) : fault.host;
    if (host >= size() || !places_[host].alive) return;
    if (fault.kind == FaultKind::pause) {
        places_[host].paused_until = now() + fault.length;
    } else if (fault.kind == FaultKind::crash || fault.kind == FaultKind::power_off) {
        places_[host].alive = false;
        kill_ = Kill{{fault.kind, size() - 1, {}, unicasts_, multicasts_}, now()};
    }
}

void PlainDetector::multicast(HostNumber from, const Word& word) {
    ++multicasts_;
    for (HostNumber to = 0; to < size(); ++to) {
        if (to != from && !prng_.chance(plan_.quality.loss_percent, 100)) send(to, from, word);
    }
}

void PlainDetector::unicast(HostNumber from, HostNumber to, const Word& word) {
    ++unicasts_;
    if (!prng_.chance(plan_.quality.stream_loss_percent, 100)) send(to, from, word);
}

void PlainDetector::send(HostNumber to, HostNumber from, const Word& word) {
    const Duration mean = plan_.quality.delay_mean;
    timeline_.after(mean / 5 + prng_.below(mean * 2), [this, to, from, word] {
        when_awake(to, {}, [this, to, from, word] { hears(to, from, word); });
    });
}

void PlainDetector::after(HostNumber host, Duration delay, std::function<void()> what) {
    timeline_.after(delay,
                    [this, host, what = std::move(what)] { when_awake(host, kAfterInbox, what); });
}

void PlainDetector::when_awake(HostNumber host, Duration then, std::function<void()> what) {
    const Place& place = places_[host];
    if (!place.alive) return;
    if (place.paused_until > now()) {
        timeline_.at(place.paused_until + then,
                     [this, host, then, what = std::move(what)] { when_awake(host, then, what); });
        return;
    }
    what();
}

void PlainDetector::gives_up(HostNumber leader) {
    const Place& place = places_[leader];
    const bool well = place.alive && place.paused_until + kUndisturbed < now();
    if (!well || given_up_) return;
    given_up_ = true;
    ++statistics_.false_replacements;
}

std::optional<HostNumber> PlainDetector::agreed() const {
    std::optional<HostNumber> leader;
    for (HostNumber host = 0; host < size(); ++host) {
        if (!places_[host].alive) continue;
        const auto theirs = leader_of(host);
        if (!theirs || !places_[*theirs].alive || (leader && leader != theirs)) return std::nullopt;
        leader = theirs;
    }
    return leader;
}

void PlainDetector::watch() {
    if (!agreed()) return;
    given_up_ = false;
    if (!kill_) return;
    Failover& failover = kill_->failover;
    failover.took = now() - kill_->when;
    failover.unicasts = unicasts_ - failover.unicasts;
    failover.multicasts = multicasts_ - failover.multicasts;
    statistics_.failovers.push_back(failover);
    statistics_.without_leader.push_back(failover.took);
    kill_.reset();
}

}  // namespace iwant::sim
