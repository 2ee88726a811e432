#include "core/cluster/announcer.h"

#include <algorithm>
#include <utility>

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kBeacon = seconds(1);
constexpr Duration kExtraGap = seconds(1);
constexpr Duration kListen = milliseconds(250);
/// Who was heard within this speaks for those who would have now.
constexpr Duration kOthersTalk = milliseconds(500);
constexpr Duration kListenJitter = milliseconds(100);
/// Who started lately is greeted, and greets nobody.
constexpr Duration kNew = seconds(4);
constexpr Duration kBurst[] = {seconds(1), seconds(3)};  // from the start, after the first
constexpr Duration kBurstJitter = milliseconds(300);
constexpr Duration kIntervalMin = seconds(30);
/// Of all who follow together; with the leader's, greetings and chance it stays below 20.
constexpr std::size_t kPacketsPerSecond = 9;
/// One announcement on one interface: multicast over IPv4 and over IPv6, and a broadcast.
constexpr std::size_t kPacketsEach = 3;
/// Who was heard a moment ago is left this much of a gap.
constexpr Duration kApart = milliseconds(250);
/// So many greet a newcomer, which then learns of all others from the leader.
constexpr std::size_t kGreeters = 3;
/// More than this together at a start are heard well enough without everybody's burst.
constexpr std::size_t kCrowd = 60;

Duration interval_among(std::size_t peers) {
    const Duration shared = seconds(peers * kPacketsEach / kPacketsPerSecond);
    return std::max(shared, kIntervalMin);
}
}  // namespace

Announcer::Announcer(Prng prng, Time now)
    : prng_(prng),
      started_(now),
      next_(now + kListen + prng_.below(kListenJitter)),
      planned_(now) {}

bool Announcer::due(Time now, std::size_t peers) {
    if (now < next_deadline()) return false;
    const bool certain = std::exchange(extra_is_certain_, false);
    const bool in_burst = sent_ <= std::size(kBurst);
    extra_.reset();
    if (now < next_) {
        last_ = now;
        return certain || chosen(peers);
    }
    if (role_ != Role::leading && !certain) {
        // Many more may have become known since this was planned.
        const bool too_early = !in_burst && now < planned_ + interval_among(peers) / 2;
        if (too_early || (in_burst && others_talk(now))) {
            plan(too_early ? planned_ : now, peers);
            return false;
        }
        const bool patient = now < planned_ + 2 * interval_among(peers);
        if (!in_burst && patient && heard_ && now - *heard_ < kApart) {
            next_ = *heard_ + kApart + prng_.below(kApart);
            return false;
        }
    }
    last_ = now;
    plan(now, peers);
    return true;
}

bool Announcer::others_talk(Time now) const {
    return heard_ && now - *heard_ < kOthersTalk;
}

bool Announcer::chosen(std::size_t peers) {
    return peers <= kGreeters || prng_.below(peers) < kGreeters;
}

void Announcer::plan(Time now, std::size_t peers) {
    ++sent_;
    planned_ = now;
    if (role_ == Role::leading) {
        next_ = now + kBeacon;
        return;
    }
    if (sent_ <= std::size(kBurst) && peers <= kCrowd) {
        next_ = std::max(now, started_ + kBurst[sent_ - 1] + prng_.below(kBurstJitter));
        return;
    }
    const Duration interval = interval_among(peers);
    next_ = now + interval / 2 + prng_.below(interval);
}

void Announcer::newcomer_heard(Time now) {
    if (now - started_ < kNew || others_talk(now)) return;
    const Time earliest = last_ ? std::max(now, *last_ + kExtraGap) : now;
    extra_ = extra_ ? std::min(*extra_, earliest) : earliest;
}

void Announcer::network_changed(Time now) {
    extra_ = last_ ? std::max(now, *last_ + kExtraGap) : now;
    extra_is_certain_ = true;
}

void Announcer::role_changed(Role role, Time now) {
    if (role == role_) return;
    role_ = role;
    if (role == Role::leading) next_ = now;
}

Time Announcer::next_deadline() const {
    return extra_ ? std::min(*extra_, next_) : next_;
}

}  // namespace iwant::cluster
