// iwanto-bench: measurements that need no daemon. `./run bench` calls it.
//
//   iwanto-bench search [NAMES]      (1,000,000)
//   iwanto-bench seals [ENTRIES]     (10,000)

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "benches.h"

int main(int argc, char** argv) {
    constexpr std::size_t kNames = 1'000'000;
    constexpr std::size_t kEntries = 10'000;
    const std::string_view suite = argc >= 2 ? argv[1] : "";
    if (argc > 3 || (suite != "search" && suite != "seals")) {
        std::fputs("usage: iwanto-bench search [NAMES] | seals [ENTRIES]\n", stderr);
        return 2;
    }
    const std::size_t usual = suite == "search" ? kNames : kEntries;
    const std::size_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : usual;
    if (count == 0) {
        std::fputs("iwanto-bench: the number is to be at least 1\n", stderr);
        return 2;
    }
    return suite == "search" ? iwant::bench::search_bench(count) : iwant::bench::seals_bench(count);
}
