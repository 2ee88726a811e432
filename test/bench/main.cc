// iwanto-bench: measurements that need no daemon. `./run bench` calls it.
//
//   iwanto-bench search [NAMES]      (1,000,000)

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "benches.h"

int main(int argc, char** argv) {
    constexpr std::size_t kNames = 1'000'000;
    if (argc < 2 || argc > 3 || std::string_view(argv[1]) != "search") {
        std::fputs("usage: iwanto-bench search [NAMES]\n", stderr);
        return 2;
    }
    const std::size_t names = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : kNames;
    if (names == 0) {
        std::fputs("iwanto-bench: the number of names is to be at least 1\n", stderr);
        return 2;
    }
    return iwant::bench::search_bench(names);
}
