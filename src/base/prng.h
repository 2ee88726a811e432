#pragma once

// The only randomness in core: a seeded generator handed in from outside, so that the same seed
// gives the same run. Not for secrets.

#include <cstdint>

#include "base/time.h"

namespace iwant {

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
class Prng {
  public:
    explicit Prng(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// Uniform in [0, bound); 0 when bound is 0. The bias is below 2^-32 for the bounds used here.
    std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

    /// Uniform in [0, limit).
    Duration below(Duration limit) {
        return Duration(below(static_cast<std::uint64_t>(limit.count())));
    }

    /// True with probability numerator / denominator.
    bool chance(std::uint64_t numerator, std::uint64_t denominator) {
        return below(denominator) < numerator;
    }

    /// A generator whose stream is independent of this one's further use.
    Prng split() { return Prng(next()); }

  private:
    std::uint64_t state_;
};

}  // namespace iwant
