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

    /// What opens one file and nothing else: it stands in the address that a player is given, which
    /// other programs of this machine may see.
    std::string file_token(std::string_view hash) const;
    Verdict check_file(std::string_view presented, std::string_view hash, Time now);

  private:
    Verdict count_failure(Time now);

    const std::string token_;
    std::deque<Time> failures_;  ///< of the last minute, at most kFailuresPerMinuteMax
};

}  // namespace iwant::control
