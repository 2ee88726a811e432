#include "core/cluster/flap_memory.h"

#include <algorithm>

namespace iwant::cluster {

using std::chrono::hours;
using std::chrono::minutes;

namespace {
constexpr Duration kWindow = minutes(10);
constexpr unsigned kLossesAllowed = 1;
constexpr Duration kFirstBar = minutes(30);
constexpr Duration kLongestBar = hours(6);
constexpr std::size_t kRecordsMax = 1024;
}  // namespace

void FlapMemory::lost_lead(const PeerId& peer, Time now) {
    make_room();
    Record& record = records_[peer];
    const bool again = record.losses > 0 && now - record.last_loss <= kWindow;
    record.losses = again ? record.losses + 1 : 1;
    record.last_loss = now;
    if (record.losses <= kLossesAllowed) return;
    Duration bar = kFirstBar;
    for (unsigned i = 0; i < record.bars && bar < kLongestBar; ++i) bar *= 2;
    ++record.bars;
    record.barred_until = now + std::min(bar, kLongestBar);
}

void FlapMemory::bar(const PeerId& peer, Time now) {
    make_room();
    records_[peer].barred_until = now + kLongestBar;
}

bool FlapMemory::barred(const PeerId& peer, Time now) const {
    const auto found = records_.find(peer);
    return found != records_.end() && now < found->second.barred_until;
}

// The record that says the least makes room.
void FlapMemory::make_room() {
    if (records_.size() < kRecordsMax) return;
    const auto oldest = std::ranges::min_element(records_, {}, [](const auto& entry) {
        return std::max(entry.second.barred_until, entry.second.last_loss);
    });
    records_.erase(oldest);
}

}  // namespace iwant::cluster
