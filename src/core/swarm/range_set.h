#pragma once

// A set of numbers kept as ranges: what is still to be fetched is mostly one long range, so every
// step costs the logarithm of the number of gaps, not of the pieces.

#include <cstdint>
#include <map>
#include <optional>

namespace iwant::swarm {

struct Range {
    std::uint64_t first = 0;
    std::uint64_t end = 0;  ///< one beyond the last
    std::uint64_t count() const { return end - first; }
    bool operator==(const Range&) const = default;
};

class RangeSet {
  public:
    bool empty() const { return ends_.empty(); }
    bool contains(std::uint64_t number) const;
    /// The part of the first range that lies at or after `from`.
    std::optional<Range> next(std::uint64_t from) const;
    /// Adds all numbers of a range; none of them may be there already.
    void insert(Range range);
    /// Removes all numbers of a range; all of them must be there.
    void erase(Range range);

  private:
    std::map<std::uint64_t, std::uint64_t>
        ends_;  ///< first -> end; ranges neither touch nor overlap
};

}  // namespace iwant::swarm
