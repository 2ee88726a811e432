#include "sim/failing.h"

#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>

#include "sim/outcome_bytes.h"
#include "sim/scenario.h"
#include "sim/shrink.h"
#include "sim/workers.h"

namespace iwant::sim {

namespace {
constexpr std::size_t kTriesMax = 600;
constexpr std::size_t kStoryLines = 40;
constexpr const char* kBroken = "broken";

std::size_t first_failing(const std::vector<Plan>& plans, const std::string& invariant,
                          std::size_t jobs) {
    std::size_t found = plans.size();
    Jobs tries{0, plans.size(), jobs, {}, {}};
    tries.work = [&](std::uint64_t i) { return to_bytes(World(plans[i], {}).run()); };
    tries.take = [&](std::uint64_t i, const std::optional<std::string>& result) {
        const Outcome outcome = outcome_of(result);
        if (!outcome.failure || outcome.failure->invariant != invariant) return true;
        found = i;
        return false;
    };
    run_jobs(tries);
    return found;
}

std::string keep(const std::string& folder, const Plan& plan, const std::string& text) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    const std::string path = folder + "/seed-" + std::to_string(plan.seed) + ".txt";
    std::ofstream(path) << text;
    return path;
}

// The smaller plan goes through its text, so that what is kept is known to fail.
bool survives(const std::string& text, const std::string& invariant) {
    const auto read = parse_scenario("it", text);
    if (!read) return false;
    const Outcome again = run_apart(read->plan);
    return again.failure && again.failure->invariant == invariant;
}
}  // namespace

Outcome outcome_of(const std::optional<std::string>& result) {
    if (result) return outcome_from(*result);
    return {Failure{kBroken, "the program broke off", {}}, {}};
}

Outcome run_apart(const Plan& plan) {
    Outcome outcome;
    Jobs one{0, 1, 1, {}, {}};
    one.work = [&](std::uint64_t) { return to_bytes(World(plan, {}).run()); };
    one.take = [&](std::uint64_t, const std::optional<std::string>& result) {
        outcome = outcome_of(result);
        return true;
    };
    run_jobs(one);
    return outcome;
}

void print_story(const Plan& plan, std::size_t lines_max) {
    std::deque<std::string> lines;
    RunOptions options;
    options.tell = [&](Time now, std::string_view line) {
        char time[32];
        std::snprintf(time, sizeof time, "%10.4f  ",
                      std::chrono::duration<double>(now - Time{}).count());
        lines.push_back(time + std::string(line));
        if (lines.size() > lines_max) lines.pop_front();
    };
    World(plan, options).run();
    for (const std::string& line : lines) std::puts(line.c_str());
}

void print_shrunk(const Plan& plan, const Failure& failure, const std::string& folder,
                  std::size_t jobs) {
    const Shrunk shrunk = shrink(plan, kTriesMax, [&](const std::vector<Plan>& plans) {
        return first_failing(plans, failure.invariant, jobs);
    });
    const Failure again = run_apart(shrunk.plan).failure.value_or(failure);
    const std::string text = scenario_text(
        "Found with seed " + std::to_string(plan.seed) + ": " + again.text, shrunk.plan, {"ok"});
    std::printf("smaller (%zu of %zu faults, %zu of %zu hosts, %zu runs): %s\n",
                shrunk.plan.faults.size(), plan.faults.size(), shrunk.plan.hosts, plan.hosts,
                shrunk.tried, again.text.c_str());
    if (failure.invariant != kBroken) print_story(shrunk.plan, kStoryLines);
    std::printf("\n%s\n", text.c_str());
    if (!survives(text, failure.invariant)) std::puts("(the text does not fail as the plan does)");
    const std::string path = keep(folder, plan, text);
    std::printf(
        "written to %s\n"
        "to keep it: cp %s sim/scenarios/NAME.txt, say in its first line what it is about,\n"
        "mend the bug, then: iwanto-sim --rewrite --scenario sim/scenarios/NAME.txt\n",
        path.c_str(), path.c_str());
    std::fflush(stdout);
}

}  // namespace iwant::sim
