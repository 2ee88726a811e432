#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace iwant {

std::optional<CodePoint> decode_utf8(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i) {
        return i < text.size() && (byte(i) & 0xc0) == 0x80;
    };
    const auto low = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3f); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return CodePoint{lead, 1};
    if (lead < 0xc2) return std::nullopt;
    if (lead < 0xe0) {
        if (!continues(1)) return std::nullopt;
        return CodePoint{(lead & 0x1f) << 6 | low(1), 2};
    }
    if (lead < 0xf0) {
        if (!continues(1) || !continues(2)) return std::nullopt;
        const char32_t point = (lead & 0x0f) << 12 | low(1) << 6 | low(2);
        const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
        if (point < 0x800 || is_surrogate) return std::nullopt;
        return CodePoint{point, 3};
    }
    if (lead > 0xf4 || !continues(1) || !continues(2) || !continues(3)) return std::nullopt;
    const char32_t point = (lead & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3);
    if (point < 0x10000 || point > 0x10ffff) return std::nullopt;
    return CodePoint{point, 4};
}

bool is_ascii(std::string_view text) {
    std::size_t i = 0;
    for (; i + sizeof(std::uint64_t) <= text.size(); i += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, sizeof word);
        if ((word & 0x8080808080808080u) != 0) return false;
    }
    for (; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
    }
    return true;
}

bool is_noncharacter(char32_t point) {
    return (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) == 0xfffe;
}

bool is_control(char32_t point) {
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 || point == 0x2029;
}

bool is_bidi_control(char32_t point) {
    return point == 0x061c || point == 0x200e || point == 0x200f ||
           (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0xfeff;
}

}  // namespace iwant
