#pragma once

// Time as a value. Time is always a parameter: nothing in base or core reads a clock. The daemon
// passes the monotonic clock, the simulator its own; neither says anything about the date.

#include <chrono>
#include <cstdint>

namespace iwant {

using Duration = std::chrono::nanoseconds;

/// The clock that is never read, only passed: points on it are comparable within one run.
struct RunClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<RunClock>;
    static constexpr bool is_steady = true;
};

using Time = RunClock::time_point;

/// Seconds since 1970, as files carry them. Never used to order events.
using UnixSeconds = std::int64_t;

}  // namespace iwant
