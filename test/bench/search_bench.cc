// `iwanto-bench search`: builds the index from made-up paths, then asks for what it holds, as it is
// spelled and misspelled. A search succeeds when one of the first ten results has all the words
// that were meant.

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <malloc.h>

#include "base/prng.h"
#include "benches.h"
#include "core/search/index.h"
#include "path_maker.h"

namespace iwant::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kOwners = 50;
constexpr std::size_t kSearches = 1000;
constexpr std::size_t kFirst = 10;
constexpr std::size_t kWordsMax = 3;
constexpr std::size_t kLettersMin = 4;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

PeerId owner_number(std::uint64_t number) {
    PeerId owner;
    owner.hash.bytes[0] = static_cast<std::uint8_t>(number);
    return owner;
}

Hash256 content_number(std::uint64_t number) {
    Hash256 hash;
    Prng prng(number);
    for (std::uint8_t& byte : hash.bytes) byte = static_cast<std::uint8_t>(prng.next());
    return hash;
}

std::string lower(std::string text) {
    for (char& letter : text) {
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
    return text;
}

/// The words of the file's name, without numbers and short ones.
std::vector<std::string> words_of(const std::string& path) {
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

/// Two letters swapped, one dropped, doubled or replaced; never the first.
void mistype(std::string& word, Prng& prng) {
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
            word[at] = word[at] == 'x' ? 'y' : 'x';
            break;
    }
}

enum class Kind { exact, one_typo, typo_in_each, prefix, one_word, letters };

struct Search {
    std::vector<std::string> meant;
    std::string text;
};

Search make_search(const std::string& path, Kind kind, Prng& prng) {
    Search search{words_of(path), {}};
    if (search.meant.empty()) return search;
    if (kind == Kind::one_word || kind == Kind::letters) search.meant.resize(1);
    std::vector<std::string> typed = search.meant;
    if (kind == Kind::one_typo) mistype(typed[prng.below(std::uint64_t{typed.size()})], prng);
    if (kind == Kind::typo_in_each) {
        for (std::string& word : typed) mistype(word, prng);
    }
    if (kind == Kind::prefix) typed.back().resize((typed.back().size() + 2) / 2);
    if (kind == Kind::letters) typed.back().resize(3);
    // Of a word cut to a few letters, any that begins so was meant.
    if (kind == Kind::prefix || kind == Kind::letters) search.meant.back() = typed.back();
    for (const std::string& word : typed) search.text += (search.text.empty() ? "" : " ") + word;
    return search;
}

bool has_all_words(const search::Match& match, const std::vector<std::string>& words) {
    const std::string path = lower(match.path);
    return std::ranges::all_of(words, [&](const std::string& word) { return path.contains(word); });
}

struct Figures {
    std::vector<double> times_ms;
    std::size_t found = 0;
};

Figures measure(const search::Index& index, const std::vector<std::string>& paths, Kind kind) {
    Prng prng(7);
    Figures figures;
    while (figures.times_ms.size() < kSearches) {
        const Search search =
            make_search(paths[prng.below(std::uint64_t{paths.size()})], kind, prng);
        if (search.text.empty()) continue;
        Query query;
        query.text = search.text;
        const Clock::time_point start = Clock::now();
        const search::Answer answer = index.search(query);
        figures.times_ms.push_back(milliseconds_since(start));
        const auto end = answer.matches.begin() +
                         static_cast<std::ptrdiff_t>(std::min(kFirst, answer.matches.size()));
        figures.found += std::any_of(answer.matches.begin(), end, [&](const search::Match& match) {
            return has_all_words(match, search.meant);
        });
    }
    std::ranges::sort(figures.times_ms);
    return figures;
}

void print(const char* what, const Figures& figures, bool is_first) {
    const std::vector<double>& times = figures.times_ms;
    std::printf(
        "%s{\"what\": \"%s\", \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
        "\"in_first_10_percent\": %.1f}",
        is_first ? "" : ", ", what, times[times.size() / 2], times[times.size() * 99 / 100],
        times.back(), 100.0 * static_cast<double>(figures.found) / kSearches);
}

}  // namespace

int search_bench(std::size_t names) {
    std::vector<std::string> paths;
    PathMaker maker(2026);
    for (std::size_t i = 0; i < names; ++i) paths.push_back(maker.next());

    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    search::Index index;
    const Clock::time_point start = Clock::now();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        Entry entry;
        entry.id = EntryId{i + 1};
        entry.path = paths[i];
        entry.size_bytes = i;
        entry.modified = static_cast<UnixSeconds>(i);
        entry.content = content_number(i);
        index.put(owner_number(i * kOwners / paths.size()), entry);
    }
    const double build_s = milliseconds_since(start) / 1000;
    const std::size_t bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    const auto entries = static_cast<double>(index.entry_count());
    std::printf(
        "{\"entries\": %zu, \"build_s\": %.3f, \"entries_per_s\": %.0f, "
        "\"bytes_per_entry\": %.1f, \"searches\": [",
        index.entry_count(), build_s, entries / build_s, static_cast<double>(bytes) / entries);
    print("as spelled", measure(index, paths, Kind::exact), true);
    print("one typo", measure(index, paths, Kind::one_typo), false);
    print("a typo in each word", measure(index, paths, Kind::typo_in_each), false);
    print("last word half typed", measure(index, paths, Kind::prefix), false);
    print("one word", measure(index, paths, Kind::one_word), false);
    print("three letters", measure(index, paths, Kind::letters), false);
    std::printf("]}\n");
    return 0;
}

}  // namespace iwant::bench
