#pragma once

// What a search that goes on has not shown yet.

#include <cstddef>
#include <set>
#include <string>

#include "app/cli/json_view.h"

namespace iwant::cli {

class NewHits {
  public:
    /// Hits that it remembers; beyond it only those of the last answer.
    static constexpr std::size_t kRememberedMax = 100'000;

    /// The results of this answer that no answer before had, in order. A content counts once,
    /// whoever has it; one that is not hashed yet, or empty, by its owner and path.
    Array take(const Array& results);

  private:
    std::set<std::string> shown_;
};

}  // namespace iwant::cli
