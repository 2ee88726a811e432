#include "core/node/query_buckets.h"

#include <algorithm>

#include "core/protocol/limits.h"

namespace iwant::node {

namespace {
constexpr Duration kToken = Duration(std::chrono::seconds(1)) / protocol::kQueriesPerSecondMax;
constexpr Duration kWholeBucket = kToken * protocol::kQueriesBurstMax;
constexpr std::size_t kRememberedMax = 1024;
}  // namespace

// The time at which a bucket is full again says how empty it is (the "generic cell rate algorithm"
// of ATM, ITU-T I.371).
bool QueryBuckets::take(const PeerId& peer, Time now) {
    if (full_at_.size() >= kRememberedMax) forget_full(now);
    const auto found = full_at_.find(peer);
    if (found == full_at_.end()) {
        if (full_at_.size() >= kRememberedMax) return false;
        full_at_.emplace(peer, now + kToken);
        return true;
    }
    const Time full_at = std::max(found->second, now) + kToken;
    if (full_at - now > kWholeBucket) return false;
    found->second = full_at;
    return true;
}

void QueryBuckets::forget_full(Time now) {
    std::erase_if(full_at_, [&](const auto& entry) { return entry.second <= now; });
}

}  // namespace iwant::node
