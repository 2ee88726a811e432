#pragma once

// A rate with a burst: how much of what strangers send is looked at.

#include <algorithm>
#include <chrono>

namespace iwant::net {

class TokenBucket {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `per_second` tokens come back each second, at most `burst` are saved. Starts full.
    TokenBucket(double per_second, double burst, TimePoint now)
        : per_second_(per_second), burst_(burst), tokens_(burst), filled_at_(now) {}

    /// Takes one token; false when there is none.
    bool take(TimePoint now) {
        fill(now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    /// Takes one token, on credit when there is none.
    void owe(TimePoint now) {
        fill(now);
        tokens_ -= 1;
    }
    /// When nothing is owed any more; in the past when nothing is.
    TimePoint paid_at() const {
        const std::chrono::duration<double> needed(-tokens_ / per_second_);
        return filled_at_ + std::chrono::ceil<TimePoint::duration>(needed);
    }

  private:
    void fill(TimePoint now) {
        const std::chrono::duration<double> elapsed = now - filled_at_;
        filled_at_ = now;
        tokens_ = std::min(burst_, tokens_ + elapsed.count() * per_second_);
    }

    double per_second_;
    double burst_;
    double tokens_;
    TimePoint filled_at_;
};

}  // namespace iwant::net
