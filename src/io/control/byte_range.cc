#include "io/control/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "io/control/request_head.h"

namespace iwant::control {
namespace {

constexpr std::string_view kBlanks = " \t";

/// Digits only; more than fit are as good as the largest number.
std::optional<std::uint64_t> number_of(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error == std::errc::result_out_of_range) return UINT64_MAX;
    return number;
}

}  // namespace

ByteRange parse_byte_range(std::string_view field, std::uint64_t size_bytes) {
    using enum ByteRange::Kind;
    const ByteRange all{whole, 0, size_bytes};
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || !equal_ignoring_case(field.substr(0, equals), "bytes"))
        return all;
    const std::string_view range = trimmed(field.substr(equals + 1), kBlanks);
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return all;
    const auto first = number_of(range.substr(0, dash));
    const auto last = number_of(range.substr(dash + 1));
    if (dash == 0) {
        if (!last) return all;
        if (*last == 0 || size_bytes == 0) return {unsatisfiable, 0, 0};
        return {part, size_bytes - std::min(*last, size_bytes), size_bytes};
    }
    const bool open_end = dash + 1 == range.size();
    if (!first || (!last && !open_end) || (last && *last < *first)) return all;
    if (*first >= size_bytes) return {unsatisfiable, 0, 0};
    const std::uint64_t end = open_end ? size_bytes : std::min(*last, size_bytes - 1) + 1;
    return {part, *first, end};
}

}  // namespace iwant::control
