#pragma once

// What the words of paths and queries are. Words end at punctuation, at a change of case
// ("SiliconValley") and between letters and digits ("IMG2024"); one or two letters beside a number
// stay with it ("S01E02" is s1 and e2, "1080p" itself). Scripts without spaces give single
// characters and pairs.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/entry.h"
#include "core/search/word_cutter.h"

namespace iwant::search {

inline constexpr std::size_t kQueryTextBytesMax = 256;
inline constexpr std::size_t kQueryWordsMax = 16;
inline constexpr std::size_t kTokensPerEntryMax = 128;

/// Where in a path a word stands, best first.
enum class Field : std::uint8_t { name_start, name, extension, folder };

struct Token {
    std::string text;  ///< folded
    Field field = Field::name;
    /// Counts the words of the name from 0; a word and its parts may share one.
    std::uint16_t position = 0;
    bool is_part = false;  ///< extra: a part of another word, or a joining of words

    bool operator==(const Token&) const = default;
};

/// The words of a path: those of the name in order, then the extension's (files only), then those
/// of the folders from the nearest up; each text once, where it stands best; at most
/// kTokensPerEntryMax.
std::vector<Token> tokens_of_path(std::string_view path, EntryKind kind);

/// The words of a query in order, at most kQueryWordsMax, from its first kQueryTextBytesMax bytes.
std::vector<std::string> words_of_query(std::string_view text);

/// A file name's part after the last dot when that looks like an extension, else empty.
std::string_view extension_of_name(std::string_view name);
/// The name without its extension and the dot.
std::string_view stem_of_name(std::string_view name);

/// Whether a word holds digits or characters of a script without spaces: no typo is forgiven there,
/// since another number or character is another thing.
bool is_exact_only(std::u32string_view word);

/// What stands for a name without words: itself without spaces around, cut; empty when nothing is
/// left.
std::string_view word_of_punctuation(std::string_view name);

/// Calls `visit(text, field, position, is_part)` for the words of an entry's own name and
/// extension; a name of punctuation alone is one word. Texts may come twice.
template <class Visit>
void visit_name_words(WordCutter& cutter, std::string_view name, EntryKind kind, Visit visit) {
    const std::string_view stem = kind == EntryKind::file ? stem_of_name(name) : name;
    const auto words = cutter.cut(stem);
    for (const WordCutter::Word& word : words) {
        visit(word.text, word.position == 0 ? Field::name_start : Field::name, word.position,
              word.is_part);
    }
    const auto visit_punctuation = [&](std::string_view text) {
        const std::string_view word = word_of_punctuation(text);
        if (!word.empty()) visit(word, Field::name_start, std::uint16_t{0}, false);
    };
    const bool is_punctuation = words.empty();
    if (is_punctuation) visit_punctuation(stem);
    if (kind != EntryKind::file) return;
    const auto extension = cutter.cut(extension_of_name(name));
    for (const WordCutter::Word& word : extension) {
        visit(word.text, Field::extension, word.position, word.is_part);
    }
    if (is_punctuation && extension.empty() && stem != name) visit_punctuation(name);
}

}  // namespace iwant::search
