#pragma once

// How often one peer may ask: a token bucket for each, so that a burst is answered and a flood is
// not (protocol::kQueriesPerSecondMax, kQueriesBurstMax).

#include <cstddef>
#include <map>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::node {

class QueryBuckets {
  public:
    /// Takes a token of this peer's; false when it has none left.
    bool take(const PeerId& peer, Time now);
    /// How many peers are remembered: those that asked within the time a bucket takes to fill.
    std::size_t size() const { return full_at_.size(); }

  private:
    void forget_full(Time now);

    std::map<PeerId, Time> full_at_;  ///< a bucket that is not listed is full
};

}  // namespace iwant::node
