#include "core/cluster/twins.h"

#include <algorithm>

namespace iwant::cluster {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// The one that was replaced dials again within seconds, or else when it was left alone for long.
constexpr Duration kReturnsWithin = minutes(10);
constexpr Duration kRemembered = minutes(60);
constexpr Duration kToldFor = minutes(15);
constexpr Duration kFirstPause = seconds(10);
constexpr Duration kLongestPause = minutes(1);
constexpr std::size_t kRecordsMax = 256;

template <class Record>
Record& record_of(std::map<PeerId, Record>& records, const PeerId& peer) {
    if (!records.contains(peer) && records.size() >= kRecordsMax) {
        records.erase(std::ranges::min_element(
            records, {}, [](const auto& entry) { return entry.second.when; }));
    }
    return records[peer];
}

}  // namespace

Twins::Verdict Twins::meet(const PeerId& peer, std::uint64_t old, std::uint64_t incoming,
                           Time now) {
    Met& met = record_of(met_, peer);
    const Duration age = now - met.when;
    met.when = now;
    const bool both = (met.replaced == old && met.stayed == incoming) ||
                      (met.replaced == incoming && met.stayed == old);
    if (met.proven && both && age <= kRemembered)
        return incoming < old ? Verdict::keep_new : Verdict::keep_old;
    const bool returns = met.replaced == incoming && met.stayed == old && age <= kReturnsWithin;
    met.replaced = old;
    met.stayed = incoming;
    met.proven = returns;
    return returns ? Verdict::proven : Verdict::restart;
}

bool Twins::known(const PeerId& peer) const {
    const auto met = met_.find(peer);
    return met != met_.end() && met->second.proven;
}

void Twins::told(const PeerId& by, Time now) {
    Told& told = record_of(told_, by);
    if (now - told.when > kRemembered) told.times = 0;
    Duration pause = kFirstPause;
    for (unsigned i = 0; i < told.times && pause < kLongestPause; ++i) pause *= 2;
    ++told.times;
    told.when = now;
    told.until = now + std::min(pause, kLongestPause);
}

std::optional<PeerId> Twins::told_by(Time now) const {
    const auto last =
        std::ranges::max_element(told_, {}, [](const auto& entry) { return entry.second.when; });
    if (last == told_.end() || now - last->second.when > kToldFor) return std::nullopt;
    return last->first;
}

bool Twins::shuns(const PeerId& peer, Time now) const {
    const auto told = told_.find(peer);
    return told != told_.end() && now < told->second.until;
}

std::optional<Time> Twins::next_deadline(Time now) const {
    std::optional<Time> earliest;
    for (const auto& [peer, told] : told_) {
        if (told.until > now && (!earliest || told.until < *earliest)) earliest = told.until;
    }
    return earliest;
}

}  // namespace iwant::cluster
