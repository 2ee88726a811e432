// iwanto-bench: measurements that need no daemon. `./run bench` calls it.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "benches.h"

namespace {

constexpr const char* kUsage =
    "usage: iwanto-bench search [OPTION]... | seals [ENTRIES]\n"
    "  --names FILE     paths, one a line (without it they are made up from a seed)\n"
    "  --count N        so many names at most (1000000)\n"
    "  --queries FILE   searches, one a line; without it they are made from the names\n"
    "  --json           with --queries: a JSON object for each query, \"rows\" being the\n"
    "                   line numbers of the first 20 hits, counted from 1, then a summary\n"
    "  --searches N     so many of each kind that is made (1000)\n"
    "  --contents       every name has a content hash of its own, as after hashing\n";

std::optional<iwant::bench::SearchOptions> parse(int argc, char** argv) {
    iwant::bench::SearchOptions options;
    if (argc < 2 || std::string_view(argv[1]) != "search") return std::nullopt;
    for (int i = 2; i < argc; ++i) {
        const std::string_view flag = argv[i];
        if (flag == "--json" || flag == "--contents") {
            (flag == "--json" ? options.json : options.contents) = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        if (flag == "--names") {
            options.names = argv[i];
        } else if (flag == "--queries") {
            options.queries = argv[i];
        } else if (flag == "--count" || flag == "--searches") {
            const std::size_t number = std::strtoull(argv[i], nullptr, 10);
            if (number == 0) return std::nullopt;
            (flag == "--count" ? options.count : options.searches) = number;
        } else {
            return std::nullopt;
        }
    }
    return options;
}

int seals(int argc, char** argv) {
    constexpr std::size_t kEntries = 10'000;
    const std::size_t entries = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : kEntries;
    if (argc > 3 || entries == 0) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    return iwant::bench::seals_bench(entries);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc >= 2 && std::string_view(argv[1]) == "seals") return seals(argc, argv);
    const auto options = parse(argc, argv);
    if (!options) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    return iwant::bench::search_bench(*options);
}
