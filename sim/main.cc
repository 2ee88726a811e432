// iwanto-sim: runs many seeds, or a scenario, says what fails and what all came to.

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "sim/arguments.h"
#include "sim/cold_start.h"
#include "sim/compare.h"
#include "sim/crowd.h"
#include "sim/failing.h"
#include "sim/outcome_bytes.h"
#include "sim/report.h"
#include "sim/scenario.h"
#include "sim/workers.h"
#include "sim/world.h"

namespace iwant::sim {
namespace {

constexpr std::size_t kShrunkMax = 3;
constexpr std::size_t kNoiseHosts = 20;
constexpr std::size_t kColdHosts = 1000;
constexpr Duration kNoiseRun = std::chrono::hours(1);
constexpr std::uint64_t kCompareHours = 1000;

using Clock = std::chrono::steady_clock;

/// The plans of a run, by their seeds.
class Batch {
  public:
    Batch(const Arguments& arguments, std::string program)
        : arguments_(arguments), folder_(program.substr(0, program.rfind('/') + 1) + "failed") {}

    int run();

  private:
    std::uint64_t runs() const;
    Plan plan(std::uint64_t seed) const;
    bool take(std::uint64_t seed, const Outcome& outcome);
    void explain();

    const Arguments& arguments_;
    std::string folder_;  ///< of scenarios that failed
    Report report_;
    std::map<std::string, std::pair<std::uint64_t, Failure>> first_of_;  ///< by invariant
};

std::uint64_t Batch::runs() const {
    if (!arguments_.peer_hours) return arguments_.seeds;
    const std::size_t hosts = arguments_.hosts.value_or(kNoiseHosts);
    return (*arguments_.peer_hours + hosts - 1) / hosts;
}

Plan Batch::plan(std::uint64_t seed) const {
    Settings settings;
    settings.seed = seed;
    settings.hosts = arguments_.hosts;
    if (arguments_.chaos_s) settings.chaos = std::chrono::seconds(*arguments_.chaos_s);
    if (arguments_.calm_s) settings.calm = std::chrono::seconds(*arguments_.calm_s);
    if (!arguments_.peer_hours) return draw_plan(settings);
    settings.hosts = arguments_.hosts.value_or(kNoiseHosts);
    settings.mixture = Mixture::calm_noise;
    settings.chaos = kNoiseRun;
    Plan plan = draw_plan(settings);
    plan.ending = Plan::Ending::led;
    return plan;
}

bool Batch::take(std::uint64_t seed, const Outcome& outcome) {
    report_.add(outcome);
    if (!outcome.failure) return true;
    std::printf("seed %llu failed: %s\n", static_cast<unsigned long long>(seed),
                outcome.failure->text.c_str());
    std::fflush(stdout);
    first_of_.try_emplace(outcome.failure->invariant, seed, *outcome.failure);
    return !arguments_.until_failure;
}

int Batch::run() {
    const auto began = Clock::now();
    Jobs jobs{arguments_.first, runs(), arguments_.jobs, {}, {}};
    jobs.work = [&](std::uint64_t seed) { return to_bytes(World(plan(seed), {}).run()); };
    jobs.take = [&](std::uint64_t seed, const std::optional<std::string>& result) {
        return take(seed, outcome_of(result));
    };
    if (arguments_.verbose && jobs.count == 1) print_story(plan(jobs.first), ~std::size_t{0});
    run_jobs(jobs);
    const Duration took = Clock::now() - began;
    if (!first_of_.empty()) explain();
    report_.print(took);
    return report_.failed() == 0 ? 0 : 1;
}

void Batch::explain() {
    std::printf("commit %s\n", IWANT_COMMIT);
    std::size_t shrunk = 0;
    for (const auto& [invariant, first] : first_of_) {
        if (!arguments_.shrink || ++shrunk > kShrunkMax) break;
        std::printf("\nmaking seed %llu (%s) smaller\n",
                    static_cast<unsigned long long>(first.first), invariant.c_str());
        print_shrunk(plan(first.first), first.second, folder_, arguments_.jobs);
    }
}

int show(const Error& error) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    return 2;
}

/// 0: as expected; 1: another story; 2: cannot be read.
int run_scenario(const Arguments& arguments, const std::string& path) {
    std::ifstream file(path);
    if (!file) return show({ErrorCode::not_found, path, "cannot be read"});
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto scenario = parse_scenario(path, text);
    if (!scenario) return show(scenario.error());
    if (arguments.verbose) print_story(scenario->plan, ~std::size_t{0});
    const auto story = story_of(scenario->plan);
    if (arguments.rewrite) {
        std::ofstream(path) << rewritten(*scenario, story);
        return 0;
    }
    const std::string apart = difference(scenario->expected, story);
    if (apart.empty()) return 0;
    std::printf("%s: another story than expected\n%s\n", path.c_str(), apart.c_str());
    return 1;
}

int run_scenarios(const Arguments& arguments) {
    std::size_t failed = 0;
    int worst = 0;
    for (const std::string& path : arguments.scenarios) {
        const int result = run_scenario(arguments, path);
        if (result != 0) ++failed;
        worst = std::max(worst, result);
    }
    std::printf("%zu scenarios, %zu failed\n", arguments.scenarios.size(), failed);
    return worst;
}

/// Not as a worker: it takes gigabytes.
int run_cold(const Arguments& arguments) {
    Settings settings;
    settings.seed = arguments.first;
    settings.hosts = arguments.hosts.value_or(kColdHosts);
    settings.mixture = Mixture::none;
    Plan plan = draw_plan(settings);
    plan.names = arguments.entries;
    const auto began = Clock::now();
    const ColdOutcome outcome = World(plan, {}).run_cold();
    print(outcome, Clock::now() - began);
    return outcome.complete ? 0 : 1;
}

int run_crowd(const Arguments& arguments) {
    Settings settings;
    settings.seed = arguments.first;
    settings.hosts = arguments.hosts.value_or(kColdHosts);
    settings.mixture = Mixture::none;
    const auto began = Clock::now();
    const CrowdOutcome outcome = World(draw_plan(settings), {}).run_crowd();
    print(outcome, Clock::now() - began);
    return outcome.failure.empty() ? 0 : 1;
}

int run(const Arguments& arguments, const std::string& program) {
    if (arguments.cold_start) return run_cold(arguments);
    if (arguments.crowd) return run_crowd(arguments);
    if (!arguments.scenarios.empty()) return run_scenarios(arguments);
    if (arguments.compare) {
        Comparison comparison;
        comparison.first = arguments.first;
        comparison.jobs = arguments.jobs;
        comparison.hosts = arguments.hosts.value_or(comparison.hosts);
        comparison.peer_hours = arguments.peer_hours.value_or(kCompareHours);
        comparison.kills = arguments.seeds;
        compare(comparison);
        return 0;
    }
    return Batch(arguments, program).run();
}

}  // namespace
}  // namespace iwant::sim

int main(int argc, char** argv) {
    const auto arguments = iwant::sim::parse_arguments(argc, argv);
    if (!arguments) {
        std::fprintf(stderr, "iwanto-sim: %s\n%s", arguments.error().text().c_str(),
                     iwant::sim::kUsage);
        return 2;
    }
    return iwant::sim::run(*arguments, argv[0]);
}
