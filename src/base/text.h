#pragma once

// Text from elsewhere made fit to be seen, compared and measured. File names come from strangers:
// they are escaped before a terminal or a log sees them, and a name that is compared is folded
// first.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace iwant {

/// Whether the bytes are UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing above
/// U+10FFFF). Noncharacters such as U+FFFF are refused too.
bool is_valid_utf8(std::string_view bytes);

/// Unicode NFC. Invalid UTF-8 is returned unchanged.
std::string to_nfc(std::string_view text);

/// NFC, then full case folding: equal keys are names that some file system takes for the same.
std::string fold_name(std::string_view text);

/// For terminals and logs: control characters, invalid bytes, bidi overrides and isolates, and line
/// and paragraph separators become visible escapes ("\x1b", "\u{202e}"), a backslash stays itself.
/// The result has one line and cannot move a cursor.
std::string escape_for_display(std::string_view text);

/// Columns that `text` takes on a terminal (after escape_for_display).
std::size_t display_width(std::string_view text);

/// At most `columns` wide, cut at a character with "…" where it does not fit; `middle` keeps both
/// ends.
enum class Cut { end, middle };
std::string fit_to_width(std::string_view text, std::size_t columns, Cut cut = Cut::end);

/// "999 B", "1.4 GB": decimal units, three digits.
std::string human_size(std::uint64_t bytes);
/// "1 file", "2 files".
std::string counted(std::uint64_t number, std::string_view noun);

/// Reads "700M", "1.5 GB", "2GiB", "1024": decimal unless "i" is there. Negative, zero-length and
/// overflowing numbers are refused with what would do.
Result<std::uint64_t> parse_size(std::string_view text);

/// "3 s", "2 min 10 s", "1 h 5 min".
std::string human_duration(Duration duration);

/// "just now", "5 min ago", "3 days ago", from two dates.
std::string human_age(UnixSeconds then, UnixSeconds now);

}  // namespace iwant
