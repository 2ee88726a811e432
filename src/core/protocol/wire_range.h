#pragma once

// Ranges that only the wire knows.

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace iwant::protocol {

/// Dates outside of this say nothing; 2^53 is exact in JSON numbers too.
inline constexpr UnixSeconds kDateMax = UnixSeconds{1} << 53;

inline UnixSeconds clamp_date(UnixSeconds date) {
    return std::clamp(date, -kDateMax, kDateMax);
}

}  // namespace iwant::protocol
