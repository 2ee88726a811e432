#include "core/search/letters.h"

#include <array>
#include <utility>

#include <utf8proc.h>

namespace iwant::search {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Scripts that write without spaces between words, and Hangul, whose words carry particles.
constexpr std::array kDenseRanges{
    Range{0x0E00, 0x0EFF},    // Thai, Lao
    Range{0x0F00, 0x0FFF},    // Tibetan
    Range{0x1000, 0x109F},    // Myanmar
    Range{0x1100, 0x11FF},    // Hangul jamo
    Range{0x1780, 0x17FF},    // Khmer
    Range{0x3005, 0x3007},    // iteration marks, zero
    Range{0x3040, 0x30FF},    // Hiragana, Katakana
    Range{0x3400, 0x4DBF},    // Han extension A
    Range{0x4E00, 0x9FFF},    // Han
    Range{0xAC00, 0xD7AF},    // Hangul syllables
    Range{0xF900, 0xFAFF},    // Han compatibility
    Range{0xFF66, 0xFF9D},    // half-width Katakana
    Range{0x20000, 0x3FFFF},  // Han extensions
};

bool is_dense(char32_t code_point) {
    if (code_point < kDenseRanges.front().first) return false;
    for (const Range& range : kDenseRanges) {
        if (code_point < range.first) return false;
        if (code_point <= range.last) return true;
    }
    return false;
}

LetterClass ascii_class(char32_t c) {
    if (c >= 'a' && c <= 'z') return LetterClass::lower;
    if (c >= 'A' && c <= 'Z') return LetterClass::upper;
    if (c >= '0' && c <= '9') return LetterClass::digit;
    return c == '\'' ? LetterClass::apostrophe : LetterClass::separator;
}

// Letters that Unicode does not decompose, by how they are typed without them.
std::u32string_view plain_spelling(char32_t code_point) {
    switch (code_point) {
        case U'ø':
            return U"o";
        case U'đ':
            return U"d";
        case U'ð':
            return U"d";
        case U'ħ':
            return U"h";
        case U'ı':
            return U"i";
        case U'ł':
            return U"l";
        case U'ŋ':
            return U"n";
        case U'ŧ':
            return U"t";
        case U'æ':
            return U"ae";
        case U'œ':
            return U"oe";
        case U'þ':
            return U"th";
        default:
            return {};
    }
}

bool is_of_words(char32_t code_point) {
    switch (letter_class(code_point)) {
        case LetterClass::separator:
        case LetterClass::apostrophe:
        case LetterClass::ignored:
            return false;
        default:
            return true;
    }
}

bool is_hangul_syllable(char32_t code_point) {
    return code_point >= 0xAC00 && code_point <= 0xD7A3;
}

}  // namespace

LetterClass letter_class(char32_t code_point) {
    if (code_point < 0x80) return ascii_class(code_point);
    if (code_point == 0x2019 || code_point == 0x02BC) return LetterClass::apostrophe;
    if (code_point == 0xFFFD) return LetterClass::separator;
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LT:
            return LetterClass::upper;
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_NL:
        case UTF8PROC_CATEGORY_NO:
            return LetterClass::lower;
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return is_dense(code_point) ? LetterClass::dense : LetterClass::lower;
        case UTF8PROC_CATEGORY_ND:
            return LetterClass::digit;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_ME:
            return LetterClass::mark;
        case UTF8PROC_CATEGORY_MC:
            return is_dense(code_point) ? LetterClass::dense : LetterClass::mark;
        case UTF8PROC_CATEGORY_SO:
            return LetterClass::symbol;
        case UTF8PROC_CATEGORY_SK:
        case UTF8PROC_CATEGORY_CF:
            return LetterClass::ignored;
        default:
            return LetterClass::separator;
    }
}

DecodedLetter decode_letter(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x80) return {byte, 1};
    utf8proc_int32_t code_point = -1;
    const utf8proc_ssize_t length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                         static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (length <= 0) return {U'\xFFFD', 1};
    return {static_cast<char32_t>(code_point), static_cast<std::size_t>(length)};
}

std::u32string decode_utf8(std::string_view text) {
    std::u32string code_points;
    code_points.reserve(text.size());
    while (!text.empty()) {
        const DecodedLetter letter = decode_letter(text);
        code_points.push_back(letter.code_point);
        text.remove_prefix(letter.bytes);
    }
    return code_points;
}

void append_folded(char32_t code_point, std::u32string& folded) {
    if (code_point < 0x80) {
        const bool upper = code_point >= 'A' && code_point <= 'Z';
        folded.push_back(upper ? code_point + ('a' - 'A') : code_point);
        return;
    }
    if (is_hangul_syllable(code_point)) {
        folded.push_back(code_point);
        return;
    }
    // The longest decomposition in Unicode has 18 code points (U+FDFA).
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                                        UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
    const utf8proc_ssize_t count =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code_point), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), options, &boundary);
    if (count < 0 || std::cmp_greater(count, parts.size())) return;
    for (std::size_t i = 0; std::cmp_less(i, count); ++i) {
        const auto part = static_cast<char32_t>(parts[i]);
        // The bar of "½", the spaces of a ligature of words.
        if (!is_of_words(part)) continue;
        const std::u32string_view plain = plain_spelling(part);
        if (plain.empty()) {
            folded.push_back(part);
        } else {
            folded.append(plain);
        }
    }
}

void append_utf8(char32_t code_point, std::string& text) {
    if (code_point < 0x80) {
        text.push_back(static_cast<char>(code_point));
        return;
    }
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_ssize_t length =
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

std::string fold_for_search(std::string_view text) {
    std::string result;
    std::u32string folded;
    for (const char32_t code_point : decode_utf8(text)) {
        const LetterClass letter = letter_class(code_point);
        if (letter == LetterClass::ignored || letter == LetterClass::apostrophe) continue;
        if (letter == LetterClass::separator) {
            if (!result.empty() && result.back() != ' ') result.push_back(' ');
            continue;
        }
        folded.clear();
        append_folded(code_point, folded);
        for (const char32_t part : folded) append_utf8(part, result);
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

}  // namespace iwant::search
