#pragma once

// The simulated world's time: what happens, in order of time and then of being planned.

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/time.h"

namespace iwant::sim {

class Timeline {
  public:
    Time now() const { return now_; }

    /// Plans something; what is planned for the past happens next.
    void at(Time when, std::function<void()> what) {
        planned_.emplace(std::pair(std::max(when, now_), sequence_++), std::move(what));
    }
    void after(Duration delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

    /// Runs until nothing is planned before `end`, which is then now.
    void run_until(Time end) {
        while (!planned_.empty() && planned_.begin()->first.first <= end) {
            auto next = planned_.extract(planned_.begin());
            now_ = next.key().first;
            next.mapped()();
        }
        now_ = end;
    }

  private:
    Time now_{};
    std::uint64_t sequence_ = 0;
    std::map<std::pair<Time, std::uint64_t>, std::function<void()>> planned_;
};

}  // namespace iwant::sim
