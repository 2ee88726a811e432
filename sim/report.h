#pragma once

// What many runs came to, for people: how many failed and how, and the figures of all together.

#include <cstdint>
#include <string>
#include <vector>

#include "sim/world.h"

namespace iwant::sim {

/// "p50 1.20 s, p99 3.00 s, max 4.10 s"; "none" when there are none.
std::string percentiles(std::vector<Duration> values);

class Report {
  public:
    void add(const Outcome& outcome);
    std::uint64_t runs() const { return runs_; }
    std::uint64_t failed() const { return failed_; }
    /// `took` is real time. The line "N seeds, M failed, ..." comes last.
    void print(Duration took) const;

  private:
    std::uint64_t runs_ = 0;
    std::uint64_t failed_ = 0;
    Statistics statistics_;
};

}  // namespace iwant::sim
