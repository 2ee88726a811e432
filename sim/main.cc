// iwanto-sim: runs many seeds, says which fail, and what all came to.

#include <chrono>
#include <cstdio>
#include <string>

#include "sim/arguments.h"
#include "sim/outcome_bytes.h"
#include "sim/report.h"
#include "sim/workers.h"
#include "sim/world.h"

namespace {

using iwant::sim::Arguments;
using iwant::sim::Jobs;
using iwant::sim::Outcome;
using iwant::sim::Report;
using iwant::sim::Settings;
using iwant::sim::World;

Outcome run_seed(const Arguments& arguments, std::uint64_t seed) {
    Settings settings = arguments.settings;
    settings.seed = seed;
    return World(draw_plan(settings), arguments.options).run();
}

void tell_failure(std::uint64_t seed, const std::string& reason) {
    std::printf("seed %llu failed: %s\ncommit %s\n", static_cast<unsigned long long>(seed),
                reason.c_str(), IWANT_COMMIT);
    std::fflush(stdout);
}

Report run_seeds(const Arguments& arguments) {
    Report report;
    Jobs jobs{arguments.first, arguments.seeds, arguments.jobs, {}, {}};
    jobs.work = [&](std::uint64_t seed) { return to_bytes(run_seed(arguments, seed)); };
    jobs.take = [&](std::uint64_t seed, const std::optional<std::string>& result) {
        Outcome outcome;
        outcome.failure = iwant::sim::Failure{"", "the program broke off", {}};
        if (result) outcome = iwant::sim::outcome_from(*result);
        report.add(outcome);
        if (outcome.failure) tell_failure(seed, outcome.failure->text);
        return !(outcome.failure && arguments.until_failure);
    };
    run_jobs(jobs);
    return report;
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = iwant::sim::parse_arguments(argc, argv);
    if (!arguments) {
        std::fprintf(stderr, "iwanto-sim: %s\n%s", arguments.error().text().c_str(),
                     iwant::sim::kUsage);
        return 2;
    }
    const auto began = std::chrono::steady_clock::now();
    const Report report = run_seeds(*arguments);
    report.print(std::chrono::steady_clock::now() - began);
    return report.failed() == 0 ? 0 : 1;
}
