#pragma once

// What a code point means to a search: whether it can stand in a word at all, whether its script
// writes words without spaces, and which plain letters it is typed as. Folding is wider than the
// equality of file names (fold_name): accents, width and ligatures are dropped, so that "grosse
// ubung" finds "Größe & Übung".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iwant::search {

enum class LetterClass : std::uint8_t {
    separator,  ///< ends a word; invalid bytes too
    lower,      ///< letters without case as well
    upper,
    digit,
    mark,        ///< belongs to the letter before it
    apostrophe,  ///< between letters it is dropped
    dense,       ///< of a script that writes words without spaces between them
    symbol,      ///< a word by itself, as an emoji is
    ignored,     ///< joiners and variation selectors
};

LetterClass letter_class(char32_t code_point);

struct DecodedLetter {
    char32_t code_point = 0;
    std::size_t bytes = 0;
};

/// The first code point of text that is not empty; an invalid byte is U+FFFD, which is a separator.
DecodedLetter decode_letter(std::string_view text);

/// The code points of UTF-8; each invalid byte becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);

/// Appends what `code_point` is compared as: case folded, compatibility forms decomposed, marks
/// dropped, as is punctuation in between, and letters such as ø, ł, æ spelt as people without them
/// on the keyboard do. May append nothing.
void append_folded(char32_t code_point, std::u32string& folded);

/// Appends one code point as UTF-8.
void append_utf8(char32_t code_point, std::string& text);

/// The whole text folded, everything that is not part of a word made one space, none at the ends.
std::string fold_for_search(std::string_view text);

}  // namespace iwant::search
