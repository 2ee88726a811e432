#pragma once

// What many runs came to, for people: how many failed, and the figures of all together.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world.h"

namespace iwant::sim {

/// "p50 1.20 s, p99 3.00 s, max 4.10 s"; "none" when there are none.
std::string percentiles(std::vector<Duration> values);
/// False replacements of leaders per million peer-hours.
std::string false_per_million(const Statistics& statistics);
/// "3.0 unicast, 1.2 multicast", in the mean.
std::string messages_per_failover(const Statistics& statistics);
std::vector<Duration> failover_times(const Statistics& statistics);

class Report {
  public:
    void add(const Outcome& outcome);
    std::uint64_t failed() const { return failed_; }
    /// `took` is real time. The line "N seeds, M failed, ..." comes last.
    void print(Duration took) const;

  private:
    void print_faults() const;

    std::uint64_t runs_ = 0;
    std::uint64_t failed_ = 0;
    Statistics statistics_;
};

}  // namespace iwant::sim
