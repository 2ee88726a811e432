#pragma once

// When things that are done again and again are due: all on the same beat, so that an idle
// processor wakes once for all of them instead of once for each.

namespace iwant {

/// The next point after `now` that is a whole multiple of `period` on its clock.
template <class Point>
constexpr Point next_beat(Point now, typename Point::duration period) {
    return now + (period - now.time_since_epoch() % period);
}

}  // namespace iwant
