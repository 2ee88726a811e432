#include "app/daemon/rate_schedule.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"

namespace iwant::daemon {
namespace {

constexpr std::string_view kForm =
    "must be a rate like \"5 MB/s\", \"none\", or \"08:00-18:00 5 MB/s, 20 MB/s\"";

std::unexpected<Error> wrong(std::string_view message = kForm) {
    return failure(ErrorCode::invalid_argument, "", std::string(message));
}

constexpr std::string_view kBlanks = " \t";

/// "08:30" at the front, in minutes; taken off.
std::optional<unsigned> take_time(std::string_view& text) {
    if (text.size() < 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t i : {0, 1, 3, 4}) {
        if (!is_digit(text[i])) return std::nullopt;
    }
    const auto number = [&](std::size_t i) {
        return static_cast<unsigned>(text[i] - '0') * 10 + static_cast<unsigned>(text[i + 1] - '0');
    };
    const unsigned minute = number(0) * 60 + number(3);
    if (number(3) > 59 || minute > RateSchedule::kMinutesOfDay) return std::nullopt;
    text.remove_prefix(5);
    return minute;
}

Result<std::optional<std::uint64_t>> parse_rate(std::string_view text) {
    if (text == "none" || text == "off") return std::nullopt;
    if (text.ends_with("/s")) text.remove_suffix(2);
    const Result<std::uint64_t> rate = parse_size(text);
    if (!rate) return wrong();
    if (*rate == 0) return std::nullopt;
    if (*rate < RateSchedule::kRateMin) {
        return wrong("must be at least " + human_size(RateSchedule::kRateMin) +
                     "/s (\"none\" is no limit)");
    }
    return *rate;
}

}  // namespace

Result<RateSchedule::Period> RateSchedule::parse_period(std::string_view text) {
    text = trimmed(text, kBlanks);
    Period period;
    if (text.find(':') != std::string_view::npos) {
        const std::optional<unsigned> from = take_time(text);
        if (!from || !text.starts_with('-')) return wrong();
        text.remove_prefix(1);
        const std::optional<unsigned> until = take_time(text);
        if (!until || *from == *until || !text.starts_with(' ')) return wrong();
        period.from = *from;
        period.until = *until;
    }
    const Result<std::optional<std::uint64_t>> rate = parse_rate(trimmed(text, kBlanks));
    if (!rate) return std::unexpected(rate.error());
    period.rate = *rate;
    return period;
}

Result<RateSchedule> RateSchedule::parse(const std::string& text) {
    RateSchedule schedule;
    schedule.text_ = std::string(trimmed(text, kBlanks));
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        Result<Period> period = parse_period(std::string_view(text).substr(start, end - start));
        if (!period) return std::unexpected(period.error());
        if (schedule.periods_.size() == kPeriodsMax) return wrong("has too many periods");
        schedule.periods_.push_back(*period);
        start = end + 1;
    }
    return schedule;
}

std::optional<std::uint64_t> RateSchedule::at(unsigned minute) const {
    for (const Period& period : periods_) {
        const bool over_midnight = period.from > period.until;
        const bool covers = over_midnight ? minute >= period.from || minute < period.until
                                          : minute >= period.from && minute < period.until;
        if (covers) return period.rate;
    }
    return std::nullopt;
}

}  // namespace iwant::daemon
