#include "app/daemon/event_batch.h"

#include <utility>

namespace iwant::daemon {

void EventBatch::tell(swarm::Event event) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(event));
    if (told_.size() == 1) post_([this] { deliver_all(); });
}

void EventBatch::deliver_all() {
    std::vector<swarm::Event> events;
    {
        const std::lock_guard lock(mutex_);
        events.swap(told_);
    }
    for (swarm::Event& event : events) deliver_(std::move(event));
}

}  // namespace iwant::daemon
