#include "core/cluster/announcer.h"

#include <algorithm>

namespace iwant::cluster {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kBeacon = seconds(1);
constexpr Duration kExtraGap = seconds(1);
constexpr Duration kBurst[] = {seconds(1), seconds(3)};  // after the first, which is immediate
constexpr Duration kBurstJitter = milliseconds(300);
constexpr Duration kIntervalMin = seconds(30);
constexpr Duration kIntervalMax = seconds(300);
constexpr std::size_t kDatagramsPerSecond = 20;  // of all peers together
}  // namespace

bool Announcer::due(Time now, std::size_t peers) {
    if (now < next_deadline()) return false;
    last_ = now;
    extra_.reset();
    if (now >= next_) plan(now, peers);
    return true;
}

void Announcer::plan(Time now, std::size_t peers) {
    ++sent_;
    if (role_ == Role::leading) {
        next_ = now + kBeacon;
        return;
    }
    if (sent_ <= std::size(kBurst)) {
        next_ = std::max(now, started_ + kBurst[sent_ - 1] + prng_.below(kBurstJitter));
        return;
    }
    const Duration shared = seconds(peers / kDatagramsPerSecond);
    const Duration interval = std::clamp(shared, kIntervalMin, kIntervalMax);
    next_ = now + interval * 9 / 10 + prng_.below(interval / 5);
}

void Announcer::newcomer_heard(Time now) {
    const Time earliest = last_ ? std::max(now, *last_ + kExtraGap) : now;
    extra_ = extra_ ? std::min(*extra_, earliest) : earliest;
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
