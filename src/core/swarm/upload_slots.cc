#include "core/swarm/upload_slots.h"

#include <algorithm>

#include "base/assert.h"

namespace iwant::swarm {

UploadSlots::UploadSlots(std::size_t slots) : slots_(slots) {
    ASSERT(slots > 0);
}

void UploadSlots::set_slots(std::size_t slots) {
    ASSERT(slots > 0);
    slots_ = slots;
}

std::uint32_t UploadSlots::begin(const PeerId& peer, Time now) {
    forget(now);
    if (const auto holder = holders_.find(peer); holder != holders_.end()) {
        const bool over =
            holders_.size() > slots_ || (!queue_.empty() && now - holder->second.since >= kTurn);
        if (!over) {
            ++holder->second.requests;
            return 0;
        }
        holders_.erase(holder);
    }
    const std::size_t place = place_in_queue(peer, now);
    const std::size_t free = slots_ - std::min(slots_, holders_.size());
    if (place >= free) return static_cast<std::uint32_t>(place + 1);
    std::erase_if(queue_, [&](const Waiting& waiting) { return waiting.peer == peer; });
    holders_.emplace(peer, Holder{now, now, 1});
    return 0;
}

void UploadSlots::end(const PeerId& peer, Time now) {
    const auto holder = holders_.find(peer);
    // It may have lost its slot meanwhile, and got it again.
    if (holder == holders_.end() || holder->second.requests == 0) return;
    --holder->second.requests;
    holder->second.used = now;
}

std::size_t UploadSlots::place_in_queue(const PeerId& peer, Time now) {
    auto entry = std::ranges::find(queue_, peer, &Waiting::peer);
    if (entry == queue_.end()) {
        if (queue_.size() >= kQueueMax) return queue_.size();
        entry = queue_.insert(queue_.end(), Waiting{peer, now});
    }
    entry->asked = now;
    return static_cast<std::size_t>(entry - queue_.begin());
}

void UploadSlots::forget(Time now) {
    std::erase_if(holders_, [now](const auto& one) {
        return one.second.requests == 0 && now - one.second.used >= kIdle;
    });
    std::erase_if(queue_, [now](const Waiting& one) { return now - one.asked >= kForgotten; });
}

}  // namespace iwant::swarm
