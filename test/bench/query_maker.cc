#include "query_maker.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <utility>

namespace iwant::bench {
namespace {

constexpr std::size_t kWordsMax = 3;
constexpr std::size_t kQueryWordsMax = 16;
constexpr std::size_t kSampled = 2000;
constexpr std::size_t kBeginningLetters = 3;
constexpr std::size_t kLettersMin = 4;
constexpr std::size_t kLongLetters = 8;

/// Two letters swapped, one dropped, doubled or replaced; never the first.
void mistype(std::string& word, Prng& prng) {
    if (word.size() < 3) return;
    const std::size_t at = 1 + prng.below(std::uint64_t{word.size() - 2});
    switch (prng.below(std::uint64_t{4})) {
        case 0:
            std::swap(word[at], word[at + 1]);
            break;
        case 1:
            word.erase(at, 1);
            break;
        case 2:
            word.insert(at, 1, word[at]);
            break;
        default:
            word[at] =
                static_cast<char>('a' + (word[at] - 'a' + 1 + prng.below(std::uint64_t{25})) % 26);
            break;
    }
}

void mistype_long(std::vector<std::string>& words, Prng& prng) {
    for (std::string& word : words) {
        if (word.size() < kLongLetters) continue;
        mistype(word, prng);
        mistype(word, prng);
    }
}

bool is_possible(const std::vector<std::string>& words, QueryKind kind) {
    switch (kind) {
        case QueryKind::swapped:
        case QueryKind::joined:
        case QueryKind::joined_with_typo:
        case QueryKind::one_left_out:
            return words.size() >= 2;
        case QueryKind::two_typos_in_long:
            return std::ranges::any_of(
                words, [](const std::string& word) { return word.size() >= kLongLetters; });
        default:
            return !words.empty();
    }
}

/// Changes what is typed, and what a good answer has.
void misuse(std::vector<std::string>& typed, std::vector<std::string>& meant, QueryKind kind,
            Prng& prng) {
    switch (kind) {
        case QueryKind::as_spelled:
            break;
        case QueryKind::typo_in_each:
            for (std::string& word : typed) mistype(word, prng);
            break;
        case QueryKind::two_typos_in_long:
            mistype_long(typed, prng);
            break;
        case QueryKind::swapped:
            std::ranges::reverse(typed);
            break;
        case QueryKind::joined:
        case QueryKind::joined_with_typo:
            meant.resize(2);
            typed = {typed[0] + typed[1]};
            if (kind == QueryKind::joined_with_typo) mistype(typed[0], prng);
            break;
        case QueryKind::one_left_out:
            typed.erase(typed.begin() +
                        static_cast<std::ptrdiff_t>(prng.below(std::uint64_t{typed.size()})));
            meant = typed;
            break;
        case QueryKind::last_half_typed:
            typed.back().resize((typed.back().size() + 2) / 2);
            meant.back() = typed.back();
            break;
        case QueryKind::half_typed_with_typo:
            typed.back().resize(std::max(kLettersMin, 2 * typed.back().size() / 3));
            meant.back() = typed.back();
            mistype(typed.back(), prng);
            break;
        case QueryKind::one_word:
            typed.resize(1);
            meant = typed;
            break;
        case QueryKind::one_letter:
            typed = {typed[0].substr(0, 1)};
            meant = typed;
            break;
        case QueryKind::most_used_words:
        case QueryKind::most_used_beginnings:
            break;
    }
}

/// The words of the file's name in lower case, without numbers and short ones; at most three.
std::vector<std::string> words_to_ask(const std::string& path) {
    const std::string name = lower(path.substr(path.rfind('/') + 1));
    std::vector<std::string> words(1);
    for (const char letter : name.substr(0, name.rfind('.'))) {
        if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
            words.back().push_back(letter);
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    std::erase_if(words, [](const std::string& word) {
        return word.size() < kLettersMin ||
               std::ranges::any_of(word, [](unsigned char c) { return std::isdigit(c) != 0; });
    });
    if (words.size() > kWordsMax) words.resize(kWordsMax);
    return words;
}

const std::string& draw(const std::vector<std::string>& paths, Prng& prng) {
    return paths[prng.below(std::uint64_t{paths.size()})];
}

/// Of a sample of the names; nobody means anything by it.
std::vector<std::string> most_used(const std::vector<std::string>& paths, QueryKind kind,
                                   Prng& prng) {
    std::map<std::string, std::size_t> uses;
    for (std::size_t i = 0; i < kSampled; ++i) {
        for (std::string& word : words_to_ask(draw(paths, prng))) {
            if (kind == QueryKind::most_used_beginnings) word.resize(kBeginningLetters);
            ++uses[word];
        }
    }
    std::vector<std::string> words;
    for (const auto& [word, count] : uses) words.push_back(word);
    std::ranges::stable_sort(words, std::greater(),
                             [&](const std::string& word) { return uses[word]; });
    words.resize(std::min(words.size(), kQueryWordsMax));
    return words;
}

}  // namespace

const char* to_string(QueryKind kind) {
    constexpr const char* kNames[kQueryKinds] = {
        "as spelled",       "a typo in each word",  "two typos in long words",
        "words swapped",    "two words joined",     "two words joined, a typo",
        "a word left out",  "last word half typed", "half typed, a typo",
        "one word",         "one letter",           "16 most used words",
        "their beginnings",
    };
    return kNames[static_cast<int>(kind)];
}

MadeQuery make_query(const std::vector<std::string>& paths, QueryKind kind, Prng& prng) {
    MadeQuery query;
    std::vector<std::string> typed;
    if (kind == QueryKind::most_used_words || kind == QueryKind::most_used_beginnings) {
        typed = most_used(paths, kind, prng);
    } else {
        query.meant = words_to_ask(draw(paths, prng));
        if (!is_possible(query.meant, kind)) return query;
        typed = query.meant;
        misuse(typed, query.meant, kind, prng);
    }
    for (const std::string& word : typed) query.text += (query.text.empty() ? "" : " ") + word;
    return query;
}

std::string lower(std::string text) {
    for (char& letter : text) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return text;
}

}  // namespace iwant::bench
