#pragma once

// The simulated world's time: what happens, in order of time and then of being planned. Time in
// which nothing is planned costs nothing.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace iwant::sim {

class Timeline {
  public:
    using Happening = std::move_only_function<void()>;

    Time now() const { return now_; }

    /// Plans something; what is planned for the past happens next.
    void at(Time when, Happening what) {
        std::size_t place = happenings_.size();
        if (free_.empty()) {
            happenings_.push_back(std::move(what));
        } else {
            place = free_.back();
            free_.pop_back();
            happenings_[place] = std::move(what);
        }
        planned_.push_back({std::max(when, now_), sequence_++, place});
        std::ranges::push_heap(planned_, later);
    }
    void after(Duration delay, Happening what) { at(now_ + delay, std::move(what)); }

    /// Runs until nothing is planned before `end`, which is then now; or until `over()` is true.
    template <class Over>
    void run_until(Time end, Over over) {
        while (!planned_.empty() && planned_.front().when <= end) {
            std::ranges::pop_heap(planned_, later);
            const Planned next = planned_.back();
            planned_.pop_back();
            now_ = next.when;
            Happening what = std::exchange(happenings_[next.place], {});
            free_.push_back(next.place);
            what();
            if (over()) return;
        }
        now_ = end;
    }

    void run_until(Time end) {
        run_until(end, [] { return false; });
    }

  private:
    struct Planned {
        Time when;
        std::uint64_t sequence = 0;
        std::size_t place = 0;  ///< in happenings_
    };
    static bool later(const Planned& a, const Planned& b) {
        return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
    }

    Time now_{};
    std::uint64_t sequence_ = 0;
    std::vector<Planned> planned_;  ///< a heap, the next one in front
    std::vector<Happening> happenings_;
    std::vector<std::size_t> free_;
};

}  // namespace iwant::sim
