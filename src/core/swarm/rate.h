#pragma once

// How fast bytes come in: a sliding window of 3 seconds in slots of 100 ms, so that a number shown
// to people neither jumps nor lags, and its memory does not depend on the traffic.

#include <algorithm>
#include <cstdint>
#include <deque>

#include "base/time.h"

namespace iwant::swarm {

class RateMeter {
  public:
    static constexpr Duration kSpan = std::chrono::seconds(3);
    static constexpr Duration kSlot = std::chrono::milliseconds(100);

    /// Forgets everything; the window grows from `now` on.
    void restart(Time now) {
        started_ = now;
        slots_.clear();
    }

    void add(std::uint64_t bytes, Time now) {
        forget_before(now - kSpan);
        if (slots_.empty() || now - slots_.back().from >= kSlot) slots_.push_back({now, 0});
        slots_.back().bytes += bytes;
    }

    /// Bytes per second over the last 3 s, or since the start when that is less.
    std::uint64_t per_second(Time now) const {
        std::uint64_t bytes = 0;
        for (const Slot& slot : slots_) {
            if (now - slot.from < kSpan) bytes += slot.bytes;
        }
        const Duration span = std::clamp(now - started_, kSlot, kSpan);
        return bytes * 1000 / static_cast<std::uint64_t>(span / std::chrono::milliseconds(1));
    }

  private:
    struct Slot {
        Time from;
        std::uint64_t bytes = 0;
    };

    void forget_before(Time time) {
        while (!slots_.empty() && slots_.front().from <= time) slots_.pop_front();
    }

    Time started_{};
    std::deque<Slot> slots_;
};

}  // namespace iwant::swarm
