#pragma once

// A plan's faults and deeds as lines for people, and back: "12.5 host3 crash for 10",
// "14 partition 0 1 | 2 3 for 20", "20 host0 search host3". What is written and read again is the
// same run.

#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/plan.h"

namespace iwant::sim {

/// Seconds, exact to the nanosecond: "12.5".
std::string seconds_text(Duration duration);
Result<Duration> parse_seconds(std::string_view text);

std::string to_text(const Fault& fault);
/// The error's message says what is wrong with the line.
Result<Fault> parse_fault(std::string_view line);

}  // namespace iwant::sim
