// Measures the search index on a file with one path a line: memory and time to build, time of
// searches with and without typing errors, and how often the path that was mistyped is found.
//
//   search_bench PATHS [hashed]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <malloc.h>

#include "base/prng.h"
#include "core/search/index.h"

namespace {

using namespace iwant;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kOwners = 50;
constexpr std::size_t kSearches = 2000;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

PeerId owner_number(std::uint64_t number) {
    PeerId owner;
    for (std::size_t i = 0; i < 8; ++i) {
        owner.hash.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return owner;
}

Hash256 content_number(std::uint64_t number) {
    Hash256 hash;
    Prng prng(number);
    for (std::uint8_t& byte : hash.bytes) byte = static_cast<std::uint8_t>(prng.next());
    return hash;
}

std::vector<std::string> words_of(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    std::vector<std::string> words(1);
    for (const char letter : name.substr(0, name.rfind('.'))) {
        if (std::isalpha(static_cast<unsigned char>(letter)) != 0) {
            words.back().push_back(letter);
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    std::erase_if(words, [](const std::string& word) { return word.size() < 4; });
    if (words.size() > 3) words.resize(3);
    return words;
}

/// One letter swapped, dropped, doubled or replaced, seldom the first.
void mistype(std::string& word, Prng& prng) {
    const std::size_t at = 1 + prng.below(word.size() - 2);
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
            word[at] = static_cast<char>('a' + prng.below(std::uint64_t{26}));
            break;
    }
}

enum class Kind { exact, one_typo, typo_in_each, one_word, prefix };

std::string query_for(const std::string& path, Kind kind, Prng& prng) {
    std::vector<std::string> words = words_of(path);
    if (words.empty()) return {};
    if (kind == Kind::one_word || kind == Kind::prefix) words.resize(1);
    if (kind == Kind::prefix) words[0].resize(3);
    if (kind == Kind::one_typo) mistype(words[prng.below(words.size())], prng);
    if (kind == Kind::typo_in_each) {
        for (std::string& word : words) mistype(word, prng);
    }
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

void measure(const search::Index& index, const std::vector<std::string>& paths, Kind kind,
             const char* title) {
    Prng prng(7);
    std::vector<double> times;
    std::size_t found = 0;
    std::uint64_t total = 0;
    std::string slowest;
    while (times.size() < kSearches) {
        const std::string& path = paths[prng.below(paths.size())];
        Query query;
        query.text = query_for(path, kind, prng);
        if (query.text.empty()) continue;
        const Clock::time_point start = Clock::now();
        const search::Answer answer = index.search(query);
        const double time = milliseconds_since(start);
        if (times.empty() || time >= *std::max_element(times.begin(), times.end())) {
            slowest = query.text;
        }
        times.push_back(time);
        total += answer.total;
        found += std::any_of(answer.matches.begin(), answer.matches.end(),
                             [&](const search::Match& match) { return match.path == path; });
    }
    std::sort(times.begin(), times.end());
    std::printf(
        "%-14s p50 %7.2f ms  p99 %7.2f ms  max %7.2f ms (%s)  in first 20: %5.1f %%  matches "
        "%.0f\n",
        title, times[times.size() / 2], times[times.size() * 99 / 100], times.back(),
        slowest.c_str(), 100.0 * static_cast<double>(found) / kSearches,
        static_cast<double>(total) / kSearches);
}

void measure_one(const search::Index& index, const std::string& text) {
    Query query;
    query.text = text;
    const Clock::time_point start = Clock::now();
    const search::Answer answer = index.search(query);
    const double time = milliseconds_since(start);
    const std::string first = answer.matches.empty() ? "-" : answer.matches[0].path;
    const auto targets =
        std::count_if(answer.matches.begin(), answer.matches.end(), [](const search::Match& match) {
            return match.path.find("Silicon") != std::string::npos &&
                   match.path.find("Valley") != std::string::npos;
        });
    std::printf("%8.2f ms  total %7llu  Silicon Valley in first 20: %2d  '%.40s'  -> %s\n", time,
                static_cast<unsigned long long>(answer.total), static_cast<int>(targets),
                text.c_str(), first.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::ifstream file(argv[1]);
    std::vector<std::string> paths;
    for (std::string line; std::getline(file, line);) paths.push_back(line.substr(1));
    const bool is_hashed = argc > 2;

    const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    search::Index index;
    Clock::time_point start = Clock::now();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        Entry entry;
        entry.id = EntryId{i + 1};
        entry.path = paths[i];
        entry.size_bytes = i;
        entry.modified = static_cast<UnixSeconds>(i);
        if (is_hashed) entry.content = content_number(i);
        index.put(owner_number(i * kOwners / paths.size()), entry);
    }
    const double build = milliseconds_since(start) / 1000;
    const std::size_t bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    std::printf("%zu entries: %.2f s (%.0f a second), %.0f bytes an entry\n", index.entry_count(),
                build, static_cast<double>(index.entry_count()) / build,
                static_cast<double>(bytes) / static_cast<double>(index.entry_count()));

    measure(index, paths, Kind::exact, "as named");
    measure(index, paths, Kind::one_typo, "one typo");
    measure(index, paths, Kind::typo_in_each, "typo in each");
    measure(index, paths, Kind::one_word, "one word");
    measure(index, paths, Kind::prefix, "prefix of 3");
    for (const char* text : {"silicon valley", "slicon valey", "silicom vallay", "siilcon vlaley",
                             "silliconn vallley", "siliconvalley", "silicon val", "mkv", "the", "s",
                             "1", "1080p web dl x264 mkv", "s e a i o u n r t l d m p c h k",
                             "media tv season 1 s01e01 1080p web dl x264 mkv home src lib",
                             "photos 2019 img jpg 1 2 3 4 5 6 7 8 9 10 11 12"}) {
        measure_one(index, text);
    }
    measure_one(index, std::string(256, 'a'));
    start = Clock::now();
    index.remove_owner(owner_number(1));
    std::printf("one owner of %zu entries removed in %.0f ms\n", paths.size() / kOwners,
                milliseconds_since(start));
    return 0;
}
