#pragma once

// "Did you mean": the known word that is closest to a mistyped one.

#include <optional>
#include <span>
#include <string_view>

namespace iwant::cli {

/// Nothing when none is close enough to be meant.
std::optional<std::string_view> closest_word(std::string_view typed,
                                             std::span<const std::string_view> known);

}  // namespace iwant::cli
