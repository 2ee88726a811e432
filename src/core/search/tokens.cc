#include "core/search/tokens.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/ascii.h"
#include "base/path.h"
#include "core/search/letters.h"

namespace iwant::search {
namespace {

constexpr std::size_t kExtensionBytesMax = 10;

}  // namespace

std::vector<Token> tokens_of_path(std::string_view path, EntryKind kind) {
    WordCutter cutter;
    std::vector<Token> tokens;
    std::unordered_set<std::string> seen;
    const auto take = [&](std::string_view text, Field field, std::uint16_t position,
                          bool is_part) {
        if (tokens.size() >= kTokensPerEntryMax || !seen.emplace(text).second) return;
        tokens.push_back({std::string(text), field, position, is_part});
    };
    const std::string_view name = last_component(path);
    visit_name_words(cutter, name, kind, take);
    std::string_view folders = path.substr(0, path.size() - name.size());
    while (!folders.empty()) {
        folders.remove_suffix(1);
        const std::string_view folder = last_component(folders);
        for (const WordCutter::Word& word : cutter.cut(folder)) {
            take(word.text, Field::folder, word.position, word.is_part);
        }
        folders.remove_suffix(folder.size());
    }
    return tokens;
}

std::vector<std::string> words_of_query(std::string_view text) {
    text = text.substr(0, kQueryTextBytesMax);
    std::vector<std::string> words;
    WordCutter cutter;
    for (const WordCutter::Word& word : cutter.cut(text)) {
        const bool wanted = !word.is_part && words.size() < kQueryWordsMax;
        if (wanted && std::find(words.begin(), words.end(), word.text) == words.end()) {
            words.emplace_back(word.text);
        }
    }
    if (!words.empty()) return words;
    if (!trimmed(text, " ").empty()) words.emplace_back(word_of_punctuation(text));
    return words;
}

std::string_view word_of_punctuation(std::string_view name) {
    return trimmed(name, " ").substr(0, kTokenLettersMax);
}

std::string_view extension_of_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos || dot == 0 || dot + 1 == name.size()) return {};
    const std::string_view extension = name.substr(dot + 1);
    const bool plausible =
        extension.size() <= kExtensionBytesMax && extension.find(' ') == extension.npos;
    return plausible ? extension : std::string_view();
}

std::string_view stem_of_name(std::string_view name) {
    const std::string_view extension = extension_of_name(name);
    return extension.empty() ? name : name.substr(0, name.size() - extension.size() - 1);
}

bool is_exact_only(std::u32string_view word) {
    return std::any_of(word.begin(), word.end(), [](char32_t letter) {
        const LetterClass kind = letter_class(letter);
        return kind != LetterClass::lower && kind != LetterClass::upper &&
               kind != LetterClass::mark;
    });
}

}  // namespace iwant::search
