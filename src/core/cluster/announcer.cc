#include "core/cluster/announcer.h"

#include <algorithm>
#include <utility>

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kBeacon = seconds(1);
constexpr Duration kExtraGap = seconds(1);
constexpr Duration kBurst[] = {seconds(1), seconds(3)};  // after the first, which is immediate
constexpr Duration kBurstJitter = milliseconds(300);
constexpr Duration kIntervalMin = seconds(30);
constexpr std::size_t kPacketsPerSecond = 20;  // of all peers together
/// One announcement on one interface: multicast over IPv4 and over IPv6, and a broadcast.
constexpr std::size_t kPacketsEach = 3;
/// So many greet a newcomer, which then learns of all others from the leader.
constexpr std::size_t kGreeters = kPacketsPerSecond / kPacketsEach;
/// More than this together at a start are heard well enough without everybody's burst.
constexpr std::size_t kCrowd = 60;
}  // namespace

bool Announcer::due(Time now, std::size_t peers) {
    if (now < next_deadline()) return false;
    last_ = now;
    extra_.reset();
    const bool certain = std::exchange(extra_is_certain_, false);
    if (now >= next_) {
        plan(now, peers);
        return true;
    }
    return certain || chosen(peers);
}

bool Announcer::chosen(std::size_t peers) {
    return peers <= kGreeters || prng_.below(peers) < kGreeters;
}

void Announcer::plan(Time now, std::size_t peers) {
    ++sent_;
    if (role_ == Role::leading) {
        next_ = now + kBeacon;
        return;
    }
    if (sent_ <= std::size(kBurst) && peers <= kCrowd) {
        next_ = std::max(now, started_ + kBurst[sent_ - 1] + prng_.below(kBurstJitter));
        return;
    }
    const Duration shared = seconds(peers * kPacketsEach / kPacketsPerSecond);
    const Duration interval = std::max(shared, kIntervalMin);
    next_ = now + interval * 9 / 10 + prng_.below(interval / 5);
}

void Announcer::newcomer_heard(Time now) {
    const Time earliest = last_ ? std::max(now, *last_ + kExtraGap) : now;
    extra_ = extra_ ? std::min(*extra_, earliest) : earliest;
}

void Announcer::network_changed(Time now) {
    newcomer_heard(now);
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
