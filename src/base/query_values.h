#pragma once

// The values of search filters as people write them: sizes to compare with, ages and dates.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace iwant {

/// Both ends belong to it; at least one is set.
struct SizeRange {
    std::optional<std::uint64_t> min;
    std::optional<std::uint64_t> max;
};

/// ">1G", ">=1G", "<700M", "<=700M", "=1024", "1G..4G", "1G..", "..4G". The failure says what is
/// wrong and what would do.
Result<SizeRange> parse_size_range(std::string_view text);

/// The moment so long before `now` ("30min", "12h", "7d", "2w", "6mo", "1y"), or the beginning of
/// a day, month or year in UTC ("2026-01-31", "2026-01", "2026").
Result<UnixSeconds> parse_past(std::string_view text, UnixSeconds now);

}  // namespace iwant
