#pragma once

// What workers tell the swarm, on its way to the event thread. Thousands of small files end within
// a second; they are handed over together, since waking a thread for each would cost more than the
// file.

#include <functional>
#include <mutex>
#include <vector>

#include "app/daemon/worker.h"
#include "core/swarm/types.h"

namespace iwant::daemon {

class EventBatch {
  public:
    using Deliver = std::function<void(swarm::Event)>;

    /// `deliver` is called on the event thread, in the order of telling. The batch outlives what it
    /// posts.
    EventBatch(Post post, Deliver deliver) : post_(std::move(post)), deliver_(std::move(deliver)) {}

    /// Any thread.
    void tell(swarm::Event event);

  private:
    void deliver_all();

    const Post post_;
    const Deliver deliver_;
    // The queue between the threads is what makes one post of many.
    std::mutex mutex_;
    std::vector<swarm::Event> told_;
};

}  // namespace iwant::daemon
