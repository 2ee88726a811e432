// iwanto-sim: runs many seeds and says which fail.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "sim/world.h"

namespace {

using iwant::sim::Outcome;
using iwant::sim::Settings;
using iwant::sim::Statistics;
using iwant::sim::World;

struct Arguments {
    std::uint64_t seeds = 200;
    std::uint64_t first = 1;
    Settings settings;
};

int usage() {
    std::fprintf(stderr,
                 "iwanto-sim --seeds N [--first SEED] [--nodes M]\n"
                 "iwanto-sim --seed S [--nodes M] [--verbose]\n");
    return 2;
}

std::optional<Arguments> parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        if (option == "--verbose") {
            arguments.settings.verbose = true;
            continue;
        }
        if (++i == argc) return std::nullopt;
        char* end = nullptr;
        const std::uint64_t number = std::strtoull(argv[i], &end, 10);
        if (*end != 0 || number == 0) return std::nullopt;
        if (option == "--seeds") {
            arguments.seeds = number;
        } else if (option == "--first") {
            arguments.first = number;
        } else if (option == "--seed") {
            arguments.first = number;
            arguments.seeds = 1;
        } else if (option == "--nodes" && number >= 2 && number <= 200) {
            arguments.settings.hosts = number;
        } else {
            return std::nullopt;
        }
    }
    return arguments;
}

double percentile(std::vector<iwant::Duration>& values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return std::chrono::duration<double>(values[static_cast<std::size_t>(share * last)]).count();
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (!arguments) return usage();
    const auto began = std::chrono::steady_clock::now();
    Statistics statistics;
    std::uint64_t failed = 0;
    for (std::uint64_t i = 0; i < arguments->seeds; ++i) {
        Settings settings = arguments->settings;
        settings.seed = arguments->first + i;
        const Outcome outcome = World(settings).run();
        statistics.add(outcome.statistics);
        if (!outcome.failure) continue;
        ++failed;
        std::printf("seed %llu failed: %s\n", static_cast<unsigned long long>(settings.seed),
                    outcome.failure->c_str());
        std::fflush(stdout);
    }
    const double took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::printf("searches: %llu, complete: %llu\n",
                static_cast<unsigned long long>(statistics.searches),
                static_cast<unsigned long long>(statistics.complete_answers));
    std::printf("%llu seeds, %llu failed, %.1f seeds/s\n",
                static_cast<unsigned long long>(arguments->seeds),
                static_cast<unsigned long long>(failed),
                static_cast<double>(arguments->seeds) / took);
    std::printf("leader changes: %llu\n",
                static_cast<unsigned long long>(statistics.leader_changes));
    std::printf("time without leader: p50 %.2f s, p99 %.2f s\n",
                percentile(statistics.without_leader, 0.5),
                percentile(statistics.without_leader, 0.99));
    return failed == 0 ? 0 : 1;
}
