#include "base/query_values.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <string>

#include "base/ascii.h"
#include "base/text.h"

namespace iwant {
namespace {

constexpr UnixSeconds kHour = 3600;
constexpr UnixSeconds kDay = 24 * kHour;
constexpr std::size_t kDigitsMax = 6;  // of an age: nobody's clock overflows

struct Unit {
    std::string_view name;
    UnixSeconds seconds;
};

constexpr Unit kUnits[] = {
    {"s", 1},
    {"min", 60},
    {"h", kHour},
    {"hour", kHour},
    {"hours", kHour},
    {"d", kDay},
    {"day", kDay},
    {"days", kDay},
    {"w", 7 * kDay},
    {"week", 7 * kDay},
    {"weeks", 7 * kDay},
    {"mo", 30 * kDay},
    {"month", 30 * kDay},
    {"months", 30 * kDay},
    {"y", 365 * kDay},
    {"year", 365 * kDay},
    {"years", 365 * kDay},
};

std::unexpected<Error> bad_range(std::string_view problem) {
    return failure(ErrorCode::invalid_argument, "",
                   std::string(problem) + "; write it like >1G, <700M or 1G..4G");
}

std::unexpected<Error> bad_past(std::string_view problem) {
    return failure(ErrorCode::invalid_argument, "",
                   std::string(problem) +
                       "; write it like 30min, 12h, 7d, 2w, 6mo, 1y or "
                       "2026-01-31");
}

std::string quoted(std::string_view text) {
    return "\"" + escape_for_display(text.substr(0, 64)) + "\"";
}

Result<std::uint64_t> size_of(std::string_view text) {
    const Result<std::uint64_t> size = parse_size(text);
    if (!size) return bad_range(quoted(text) + " is no size");
    return *size;
}

Result<SizeRange> between(std::string_view low, std::string_view high) {
    SizeRange range;
    for (const auto& [text, end] : {std::pair(low, &range.min), std::pair(high, &range.max)}) {
        if (text.empty()) continue;
        const Result<std::uint64_t> size = size_of(text);
        if (!size) return std::unexpected(size.error());
        *end = *size;
    }
    if (!range.min && !range.max) return bad_range("a range needs one end at least");
    if (range.min && range.max && *range.min > *range.max) {
        return bad_range(quoted(low) + " is larger than " + quoted(high));
    }
    return range;
}

Result<SizeRange> above(std::uint64_t size, bool itself) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    if (itself) return SizeRange{size, std::nullopt};
    if (size == kMax) return bad_range("nothing is as large");
    return SizeRange{size + 1, std::nullopt};
}

Result<SizeRange> below(std::uint64_t size, bool itself) {
    if (itself) return SizeRange{std::nullopt, size};
    if (size == 0) return bad_range("nothing is smaller than 0");
    return SizeRange{std::nullopt, size - 1};
}

std::optional<int> number_of(std::string_view digits) {
    int number = 0;
    const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), number);
    if (digits.empty() || failed != std::errc() || end != digits.end()) return std::nullopt;
    if (!is_digit(digits.front())) return std::nullopt;
    return number;
}

// "2026", "2026-01", "2026-01-31"
std::optional<UnixSeconds> beginning_of(std::string_view date) {
    if (date.size() != 4 && date.size() != 7 && date.size() != 10) return std::nullopt;
    if (date.size() > 4 && date[4] != '-') return std::nullopt;
    if (date.size() > 7 && date[7] != '-') return std::nullopt;
    const std::optional<int> year = number_of(date.substr(0, 4));
    const std::optional<int> month = date.size() > 4 ? number_of(date.substr(5, 2)) : 1;
    const std::optional<int> day = date.size() > 7 ? number_of(date.substr(8, 2)) : 1;
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day when{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!when.ok()) return std::nullopt;
    return std::chrono::sys_days(when).time_since_epoch().count() * kDay;
}

}  // namespace

Result<SizeRange> parse_size_range(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots != text.npos) return between(text.substr(0, dots), text.substr(dots + 2));
    if (text.empty() || (text.front() != '>' && text.front() != '<' && text.front() != '=')) {
        return bad_range(quoted(text) + " does not say whether larger or smaller");
    }
    const char sign = text.front();
    text.remove_prefix(1);
    const bool itself = sign != '=' && text.starts_with('=');
    if (itself) text.remove_prefix(1);
    const Result<std::uint64_t> size = size_of(text);
    if (!size) return std::unexpected(size.error());
    if (sign == '=') return SizeRange{*size, *size};
    return sign == '>' ? above(*size, itself) : below(*size, itself);
}

Result<UnixSeconds> parse_past(std::string_view text, UnixSeconds now) {
    if (const std::optional<UnixSeconds> date = beginning_of(text)) return *date;
    const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
    const std::string_view digits(text.begin(), end);
    const std::string_view name = text.substr(digits.size());
    if (digits.empty()) return bad_past(quoted(text) + " is neither an age nor a date");
    if (digits.size() > kDigitsMax) return bad_past(quoted(text) + " is too long ago");
    if (name.empty()) return bad_past(quoted(text) + " has no unit");
    if (name == "m") return bad_past("\"m\" may be minutes (min) or months (mo)");
    const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == std::end(kUnits)) return bad_past(quoted(name) + " is no unit of time");
    return now - *number_of(digits) * unit->seconds;
}

}  // namespace iwant
