#pragma once

// A rate limit as people write it: one for always, or different ones by time of day.
//
//     5 MB/s                            always
//     none                              no limit; 0 says the same
//     08:00-18:00 5 MB/s, 20 MB/s       the first that covers the time of day holds
//     22:00-06:00 none, 1 MB/s          periods may go past midnight

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace iwant::daemon {

class RateSchedule {
  public:
    /// Slower than this, requests would run into the deadlines of those who wait for them.
    static constexpr std::uint64_t kRateMin = 100'000;
    static constexpr std::size_t kPeriodsMax = 24;
    static constexpr unsigned kMinutesOfDay = 24 * 60;

    /// The error's operation is empty: the caller knows where the text came from.
    static Result<RateSchedule> parse(const std::string& text);

    /// Bytes per second at this minute of the day; nothing: no limit.
    std::optional<std::uint64_t> at(unsigned minute) const;
    /// As it was written.
    const std::string& text() const { return text_; }

  private:
    struct Period {
        unsigned from = 0;
        unsigned until = kMinutesOfDay;
        std::optional<std::uint64_t> rate;
    };
    static Result<Period> parse_period(std::string_view text);

    std::string text_ = "none";
    std::vector<Period> periods_;
};

}  // namespace iwant::daemon
