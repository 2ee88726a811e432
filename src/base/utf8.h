#pragma once

// UTF-8 one code point at a time, and which code points are dangerous in a name. The one decoder of
// text.cc and name.cc, strict as RFC 3629 has it.

#include <cstddef>
#include <optional>
#include <string_view>

namespace iwant {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;  ///< how many it takes in UTF-8
};

/// The first code point of a non-empty text; nothing when it is not well-formed. Noncharacters are
/// well-formed.
std::optional<CodePoint> decode_utf8(std::string_view text);

/// Whether every byte is below 0x80.
bool is_ascii(std::string_view text);

/// U+FDD0 to U+FDEF and the last two of each plane.
bool is_noncharacter(char32_t point);

/// C0, DEL and C1, and the line and paragraph separators U+2028 and U+2029.
bool is_control(char32_t point);

/// What changes the order of shown text or is not seen at all: the bidi marks, embeddings,
/// overrides and isolates (UAX #9), and the byte order mark.
bool is_bidi_control(char32_t point);

}  // namespace iwant
