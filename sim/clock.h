#pragma once

// One host's own clock: ahead of the world's by some time and a little fast or slow. Nothing that a
// node does may depend on comparing its clock with another's.

#include <cstdint>

#include "base/time.h"

namespace iwant::sim {

struct Clock {
    Duration ahead{};
    std::int64_t fast_ppm = 0;

    Time local(Time world) const {
        const std::int64_t ns = world.time_since_epoch().count();
        return Time{ahead + Duration(ns + ns / kMillion * fast_ppm)};
    }
    /// The world's time at which this clock shows at least `local`.
    Time world(Time local) const {
        const std::int64_t ns = (local.time_since_epoch() - ahead).count();
        Time time{Duration(ns - ns / (kMillion + fast_ppm) * fast_ppm)};
        while (this->local(time) < local) time += local - this->local(time);
        return time;
    }

  private:
    static constexpr std::int64_t kMillion = 1'000'000;
};

}  // namespace iwant::sim
