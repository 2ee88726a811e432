#pragma once

// The bearer token of the web port: 256 random bits that only this user's programs can read. Wrong
// ones are counted, so that guessing is slow and shows in the log; the right one always works, so
// that a guesser cannot lock its owner out.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.h"

namespace iwant::control {

class TokenGuard {
  public:
    static constexpr std::size_t kFailuresPerMinuteMax = 20;

    enum class Verdict { accepted, refused, too_many };

    explicit TokenGuard(std::string token) : token_(std::move(token)) {}
    /// 64 digits of secure randomness.
    static std::string make_token();

    /// `authorization` is the field's whole value; empty when it is missing.
    Verdict check(std::string_view authorization, Time now);

  private:
    const std::string token_;
    std::deque<Time> failures_;  ///< of the last minute, at most kFailuresPerMinuteMax
};

}  // namespace iwant::control
