// Names of any bytes: words keep their limits and are UTF-8 whatever they were cut from, what is
// folded stays as it is when it is folded again, a word of letters is the query that finds it, and
// a name is found by typing it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "base/assert.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace {

using namespace iwant;
using search::Token;
using Words = std::vector<std::string>;

constexpr std::size_t kNameBytesMax = 255;

/// Words that end at separators are UTF-8; a name without any stands for itself, as it is.
void check_word(const std::string& word, bool has_letters) {
    ASSERT(!word.empty() && word.size() <= 4 * search::kTokenLettersMax);
    if (!has_letters) return;
    const std::u32string letters = search::decode_utf8(word);
    ASSERT(letters.size() <= search::kTokenLettersMax);
    ASSERT(letters.find(U'\xFFFD') == letters.npos);
    ASSERT(search::fold_for_search(word) == word);
}

bool is_of_letters(const std::string& word) {
    return std::ranges::all_of(search::decode_utf8(word), [](char32_t letter) {
        const search::LetterClass kind = search::letter_class(letter);
        return kind == search::LetterClass::lower || kind == search::LetterClass::digit;
    });
}

void check_folding(std::string_view text) {
    const std::string folded = search::fold_for_search(text);
    ASSERT(!folded.starts_with(' ') && !folded.ends_with(' '));
    ASSERT(folded.find("  ") == folded.npos);
    ASSERT(search::fold_for_search(folded) == folded);
}

std::vector<Token> check_tokens(std::string_view path, EntryKind kind) {
    const std::vector<Token> tokens = search::tokens_of_path(path, kind);
    ASSERT(tokens.size() <= search::kTokensPerEntryMax);
    for (const Token& token : tokens) {
        const bool has_letters = !search::WordCutter().cut(token.text).empty();
        check_word(token.text, has_letters);
        const auto same = [&](const Token& other) { return other.text == token.text; };
        ASSERT(std::ranges::count_if(tokens, same) == 1);
        const bool is_one_kind = std::ranges::none_of(token.text, is_digit);
        if (has_letters && is_one_kind && is_of_letters(token.text))
            ASSERT(search::words_of_query(token.text) == Words{token.text});
    }
    return tokens;
}

void check_name(std::string_view name) {
    for (const EntryKind kind : {EntryKind::file, EntryKind::folder}) {
        const std::vector<Token> tokens = check_tokens(name, kind);
        for (const std::string& word : search::words_of_query(name)) {
            const auto is_it = [&](const Token& token) { return token.text == word; };
            ASSERT(std::ranges::any_of(tokens, is_it));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const Words words = search::words_of_query(text);
    ASSERT(words.size() <= search::kQueryWordsMax);
    check_folding(text);
    check_tokens(text, EntryKind::file);
    const std::string_view name = text.substr(text.rfind('/') + 1).substr(0, kNameBytesMax);
    if (!name.empty()) check_name(name);
    return 0;
}
