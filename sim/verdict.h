#pragma once

// The first thing that was wrong in a run.

#include <optional>
#include <string>
#include <utility>

#include "sim/statistics.h"
#include "sim/timeline.h"

namespace iwant::sim {

class Verdict {
  public:
    explicit Verdict(const Timeline& timeline) : timeline_(timeline) {}

    void violated(std::string invariant, std::string text) {
        if (!first_) first_ = {std::move(invariant), std::move(text), timeline_.now() - Time{}};
    }
    const std::optional<Failure>& failure() const { return first_; }

  private:
    const Timeline& timeline_;
    std::optional<Failure> first_;
};

inline std::string name_of(HostNumber host) {
    return "host" + std::to_string(host);
}

}  // namespace iwant::sim
