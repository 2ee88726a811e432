// `iwanto-bench search`: builds the index from paths, changes it, then asks for what it holds.
// Times are of the processor, so that other programs on the machine matter less. A search succeeds
// when one of the first ten results has all the words that were meant.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <malloc.h>
#include <time.h>

#include "base/prng.h"
#include "benches.h"
#include "core/search/index.h"
#include "path_maker.h"
#include "query_maker.h"

namespace iwant::bench {
namespace {

constexpr std::size_t kOwners = 50;
constexpr std::size_t kFirst = 10;
constexpr std::size_t kRows = 20;
constexpr std::size_t kChanges = 10'000;
constexpr std::size_t kRun = 2000;  // as peers tell them

double processor_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::size_t heap_bytes() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

class Library {
  public:
    explicit Library(const SearchOptions& options) : has_contents_(options.contents) {
        if (options.names) {
            std::ifstream file(*options.names);
            for (std::string line; paths_.size() < options.count && std::getline(file, line);) {
                paths_.push_back(std::move(line));
            }
            return;
        }
        PathMaker maker(2026);
        while (paths_.size() < options.count) paths_.push_back(maker.next());
    }

    const std::vector<std::string>& paths() const { return paths_; }

    PeerId owner(std::size_t row) const {
        PeerId owner;
        owner.hash.bytes[0] = static_cast<std::uint8_t>(1 + row * kOwners / paths_.size());
        return owner;
    }

    Entry entry(std::size_t row) const {
        Prng prng(row);
        Entry entry;
        entry.id = EntryId{row + 1};
        entry.path = paths_[row];
        entry.size_bytes = prng.below(std::uint64_t{1} << (10 + prng.below(std::uint64_t{24})));
        entry.modified =
            1'450'000'000 + static_cast<UnixSeconds>(prng.below(std::uint64_t{300'000'000}));
        if (has_contents_) {
            Hash256 hash;
            for (std::uint8_t& byte : hash.bytes) byte = static_cast<std::uint8_t>(prng.next());
            entry.content = hash;
        }
        return entry;
    }

  private:
    bool has_contents_;
    std::vector<std::string> paths_;
};

struct Figures {
    std::vector<double> times_ms;
    std::size_t found = 0;
    std::size_t first = 0;
};

double at_percent(const std::vector<double>& sorted, std::size_t percent) {
    return sorted.empty() ? 0 : sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

void build(search::Index& index, const Library& library) {
    const std::size_t names = library.paths().size();
    const std::size_t before = heap_bytes();
    const double start = processor_ms();
    std::vector<EntryChange> run;
    for (std::size_t row = 0; row < names; ++row) {
        run.push_back({row, EntryChange::What::present, library.entry(row)});
        const bool is_last = row + 1 == names || library.owner(row + 1) != library.owner(row);
        if (!is_last && run.size() < kRun) continue;
        index.apply(library.owner(row), run);
        run.clear();
    }
    const double build_s = (processor_ms() - start) / 1000;
    const auto count = static_cast<double>(names);
    const search::Index::Memory memory = index.memory();
    std::printf(
        "\"entries\": %zu, \"build_s\": %.3f, \"entries_per_s\": %.0f, \"bytes_per_entry\": %.1f, "
        "\"entries_bytes\": %.1f, \"words_bytes\": %.1f, \"postings_bytes\": %.1f",
        names, build_s, count / build_s, static_cast<double>(heap_bytes() - before) / count,
        static_cast<double>(memory.entries_bytes) / count,
        static_cast<double>(memory.words_bytes) / count,
        static_cast<double>(memory.postings_bytes) / count);
}

/// As many new names, renamed ones, removed ones and ones with another date; each owner tells its
/// own together.
double change_ms(search::Index& index, const Library& library) {
    Prng prng(11);
    std::map<PeerId, std::vector<EntryChange>> deltas;
    for (std::size_t i = 0; i < kChanges; ++i) {
        const std::size_t row = prng.below(std::uint64_t{library.paths().size()});
        EntryChange change{i, EntryChange::What::present, library.entry(row)};
        if (i % 4 == 0) change.entry.id = EntryId{library.paths().size() + i + 1};
        if (i % 4 == 1) change.entry.path += "/renamed " + std::to_string(i) + ".mkv";
        if (i % 4 == 2) change.what = EntryChange::What::removed;
        if (i % 4 == 3) change.entry.modified += 1;
        deltas[library.owner(row)].push_back(std::move(change));
    }
    const double start = processor_ms();
    for (const auto& [owner, delta] : deltas) index.apply(owner, delta);
    return processor_ms() - start;
}

bool has_all_words(const search::Match& match, const std::vector<std::string>& words) {
    const std::string path = lower(match.path);
    return std::ranges::all_of(words, [&](const std::string& word) { return path.contains(word); });
}

Figures measure(const search::Index& index, const Library& library, QueryKind kind,
                std::size_t searches) {
    Prng prng(7);
    Figures figures;
    for (std::size_t tries = 0; figures.times_ms.size() < searches && tries < 100 * searches;
         ++tries) {
        const MadeQuery made = make_query(library.paths(), kind, prng);
        if (made.text.empty()) continue;
        Query query;
        query.text = made.text;
        const double start = processor_ms();
        const search::Answer answer = index.search(query);
        figures.times_ms.push_back(processor_ms() - start);
        const std::size_t shown = std::min(kFirst, answer.matches.size());
        for (std::size_t i = 0; i < shown; ++i) {
            if (!has_all_words(answer.matches[i], made.meant)) continue;
            figures.first += i == 0;
            ++figures.found;
            break;
        }
    }
    std::ranges::sort(figures.times_ms);
    return figures;
}

void print_kind(const char* what, const Figures& figures) {
    const double count = static_cast<double>(std::max<std::size_t>(1, figures.times_ms.size()));
    std::printf(
        "%s{\"what\": \"%s\", \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
        "\"in_first_10_percent\": %.1f, \"first_percent\": %.1f}",
        what == to_string(QueryKind::as_spelled) ? "" : ", ", what,
        at_percent(figures.times_ms, 50), at_percent(figures.times_ms, 99),
        at_percent(figures.times_ms, 100), 100.0 * static_cast<double>(figures.found) / count,
        100.0 * static_cast<double>(figures.first) / count);
}

std::string quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        char escape[8];
        if (byte == '"' || byte == '\\' || value < 0x20) {
            std::snprintf(escape, sizeof escape, "\\u%04x", value);
            quoted += escape;
        } else {
            quoted.push_back(byte);
        }
    }
    return quoted + "\"";
}

/// Each query of the file, with the row numbers of its hits; then the times of all.
std::vector<double> ask_all(const search::Index& index, const SearchOptions& options) {
    std::vector<double> times_ms;
    std::ifstream file(*options.queries);
    for (std::string line; std::getline(file, line);) {
        Query query;
        query.text = line;
        const double start = processor_ms();
        const search::Answer answer = index.search(query);
        times_ms.push_back(processor_ms() - start);
        if (!options.json) continue;
        std::printf("{\"query\": %s, \"rows\": [", quoted(line).c_str());
        for (std::size_t i = 0; i < std::min(kRows, answer.matches.size()); ++i) {
            std::printf(
                "%s%llu", i == 0 ? "" : ", ",
                static_cast<unsigned long long>(answer.matches[i].sources.front().entry.value));
        }
        std::printf("], \"total\": %llu, \"us\": %.0f}\n",
                    static_cast<unsigned long long>(answer.total), times_ms.back() * 1000);
    }
    std::ranges::sort(times_ms);
    return times_ms;
}

int fail(const std::string& message) {
    std::fprintf(stderr, "iwanto-bench: %s\n", message.c_str());
    return 1;
}

}  // namespace

int search_bench(const SearchOptions& options) {
    for (const auto& file : {options.names, options.queries}) {
        if (file && !std::ifstream(*file)) return fail("cannot read " + *file);
    }
    const Library library(options);
    if (library.paths().empty()) return fail("there are no names");
    search::Index index;
    if (options.queries) {
        // The summary is one line of its own, after those of the queries.
        std::printf("{\"summary\": \"build\", ");
        build(index, library);
        std::printf("}\n");
        const std::vector<double> times_ms = ask_all(index, options);
        std::printf(
            "{\"summary\": \"queries\", \"queries\": %zu, \"p50_ms\": %.3f, "
            "\"p99_ms\": %.3f, \"max_ms\": %.3f}\n",
            times_ms.size(), at_percent(times_ms, 50), at_percent(times_ms, 99),
            at_percent(times_ms, 100));
        return 0;
    }
    std::printf("{");
    build(index, library);
    std::printf(", \"searches\": [");
    for (int kind = 0; kind < kQueryKinds; ++kind) {
        const auto what = static_cast<QueryKind>(kind);
        print_kind(to_string(what), measure(index, library, what, options.searches));
    }
    std::printf("], \"changes\": %zu, \"changes_ms\": %.1f}\n", kChanges,
                change_ms(index, library));
    return 0;
}

}  // namespace iwant::bench
