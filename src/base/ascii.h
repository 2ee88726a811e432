#pragma once

// The bytes of ASCII by what they are. No locale has a say, and bytes of other letters are none of
// these.

#include <string>
#include <string_view>

namespace iwant {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
inline bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
inline bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
inline bool is_letter(char c) {
    return is_lower(c) || is_upper(c);
}
inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

inline char lowered(char c) {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
inline std::string lowered(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = lowered(c);
    return lower;
}

/// Without these characters at both ends.
inline std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\n\v\f\r") {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace iwant
