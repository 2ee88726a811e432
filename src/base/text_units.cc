#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/ascii.h"
#include "base/text.h"

// Sizes, durations and ages in words: the part of text.h that is about numbers.

namespace iwant {
namespace {

constexpr std::string_view kPrefixes = "kMGTPE";

/// "2 min 10 s", or "2 min" when there is nothing of the smaller unit.
std::string two_units(std::int64_t large, const char* large_unit, std::int64_t small,
                      const char* small_unit) {
    std::string text = std::to_string(large) + " " + large_unit;
    if (small > 0) text += " " + std::to_string(small) + " " + small_unit;
    return text;
}

std::string ago(std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many) + " ago";
}

/// What "kB", "MiB", "g" or "" multiply by; 0 for anything else.
std::uint64_t unit_factor(std::string_view unit) {
    if (!unit.empty() && lowered(unit.back()) == 'b') unit.remove_suffix(1);
    if (unit.empty()) return 1;
    const bool is_binary = unit.size() == 2 && lowered(unit[1]) == 'i';
    if (unit.size() != 1 && !is_binary) return 0;
    std::uint64_t factor = 1;
    for (const char prefix : kPrefixes) {
        factor *= is_binary ? 1024 : 1000;
        if (lowered(prefix) == lowered(unit[0])) return factor;
    }
    return 0;
}

std::unexpected<Error> bad_size(std::string_view text, std::string_view problem) {
    return failure(ErrorCode::invalid_argument,
                   "read the size \"" + escape_for_display(text.substr(0, 64)) + "\"",
                   std::string(problem) + "; write it like 700M, 1.5 GB, 2GiB or 1024");
}

/// The part behind the point, in bytes; `digits` is at most 18 digits.
std::uint64_t fraction_bytes(std::string_view digits, std::uint64_t factor) {
    std::uint64_t numerator = 0;
    long double denominator = 1;
    for (const char digit : digits) {
        numerator = numerator * 10 + static_cast<std::uint64_t>(digit - '0');
        denominator *= 10;
    }
    const long double bytes =
        static_cast<long double>(numerator) / denominator * static_cast<long double>(factor);
    return static_cast<std::uint64_t>(std::llroundl(bytes));
}

}  // namespace

std::string counted(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string human_size(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    // A value that would be rounded to 1000 belongs to the next unit.
    while (value >= 999.5 && unit + 1 < kPrefixes.size()) {
        value /= 1000;
        ++unit;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.*f %cB", value < 99.95 ? 1 : 0, value, kPrefixes[unit]);
    return text;
}

Result<std::uint64_t> parse_size(std::string_view text) {
    const std::string_view whole_text = text;
    const auto skip_spaces = [&] {
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    };
    const auto take_digits = [&] {
        const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
        const std::string_view digits(text.begin(), end);
        text.remove_prefix(digits.size());
        return digits;
    };
    skip_spaces();
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (text.starts_with('-')) return bad_size(whole_text, "a size is not negative");
    const std::string_view digits = take_digits();
    if (digits.empty()) return bad_size(whole_text, "it does not begin with a number");
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits();
        if (fraction.empty()) return bad_size(whole_text, "there are no digits behind the point");
    }
    skip_spaces();
    const std::uint64_t factor = unit_factor(text);
    if (factor == 0) return bad_size(whole_text, "the unit is not known");
    if (factor == 1 && !fraction.empty()) return bad_size(whole_text, "a byte cannot be divided");

    std::uint64_t whole = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    if (error != std::errc() || whole > kMax / factor)
        return bad_size(whole_text, "it is too large");
    const std::uint64_t rest = fraction_bytes(fraction.substr(0, 18), factor);
    if (rest > kMax - whole * factor) return bad_size(whole_text, "it is too large");
    return whole * factor + rest;
}

std::string human_duration(Duration duration) {
    using std::chrono::duration_cast;
    const auto ms =
        std::max<std::int64_t>(0, duration_cast<std::chrono::milliseconds>(duration).count());
    if (ms == 0) return "0 s";
    if (ms < 1000) return std::to_string(ms) + " ms";
    const std::int64_t seconds = ms / 1000;
    const std::int64_t minutes = seconds / 60;
    const std::int64_t hours = minutes / 60;
    if (minutes == 0) return std::to_string(seconds) + " s";
    if (hours == 0) return two_units(minutes, "min", seconds % 60, "s");
    if (hours < 24) return two_units(hours, "h", minutes % 60, "min");
    return two_units(hours / 24, "d", hours % 24, "h");
}

std::string human_age(UnixSeconds then, UnixSeconds now) {
    if (then > now) return "just now";
    // Two dates may be further apart than the signed type can say.
    const std::uint64_t seconds =
        static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(then);
    const auto minutes = static_cast<std::int64_t>(seconds / 60);
    const std::int64_t hours = minutes / 60;
    const std::int64_t days = hours / 24;
    if (minutes == 0) return "just now";
    if (hours == 0) return ago(minutes, "min", "min");
    if (days == 0) return ago(hours, "h", "h");
    if (days < 60) return ago(days, "day", "days");
    if (days < 730) return ago(days / 30, "month", "months");
    return ago(days / 365, "year", "years");
}

}  // namespace iwant
