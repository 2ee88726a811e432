#include "sim/compare.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "sim/bully.h"
#include "sim/missed_beacons.h"
#include "sim/outcome_bytes.h"
#include "sim/report.h"
#include "sim/workers.h"
#include "sim/world.h"

namespace iwant::sim {

namespace {
constexpr Duration kNoiseRun = std::chrono::minutes(30);
constexpr Duration kKillAt = std::chrono::seconds(40);
constexpr Duration kKillRun = std::chrono::minutes(2);

enum class Way : std::uint8_t { ours, missed_beacons, bully };
constexpr std::array kWays = {Way::ours, Way::missed_beacons, Way::bully};
constexpr std::array kNames = {"iwanto", "3 missed beacons", "original's bully"};

Plan plan_of(std::uint64_t seed, std::size_t hosts, Mixture mixture, Duration length) {
    Settings settings;
    settings.seed = seed;
    settings.hosts = hosts;
    settings.mixture = mixture;
    settings.chaos = length;
    Plan plan = draw_plan(settings);
    plan.ending = Plan::Ending::none;
    return plan;
}

Plan noise_plan(const Comparison& comparison, std::uint64_t seed) {
    return plan_of(seed, comparison.hosts, Mixture::calm_noise, kNoiseRun);
}

// Cables are pulled: only silence tells.
Plan kill_plan(const Comparison& comparison, std::uint64_t seed) {
    Plan plan = plan_of(seed, comparison.hosts, Mixture::none, kKillRun);
    Prng prng(seed);
    const Duration at = kKillAt + prng.below(Duration(std::chrono::seconds(6)));
    plan.faults.push_back({at, FaultKind::power_off, kLeader, 0, kKillRun, 0, 0});
    return plan;
}

Statistics run_way(Way way, const Plan& plan) {
    if (way == Way::missed_beacons) return MissedBeacons(plan).run();
    if (way == Way::bully) return Bully(plan).run();
    return World(plan, {}).run().statistics;
}

Statistics run_all(Way way, const Comparison& comparison, std::uint64_t runs,
                   Plan (*plan)(const Comparison&, std::uint64_t)) {
    Statistics all;
    Jobs jobs{comparison.first, runs, comparison.jobs, {}, {}};
    jobs.work = [&](std::uint64_t seed) {
        return to_bytes(Outcome{std::nullopt, run_way(way, plan(comparison, seed))});
    };
    jobs.take = [&](std::uint64_t, const std::optional<std::string>& result) {
        if (result) all.add(outcome_from(*result).statistics);
        return true;
    };
    run_jobs(jobs);
    return all;
}

}  // namespace

void compare(const Comparison& comparison) {
    const std::uint64_t hours_a_run = comparison.hosts * kNoiseRun / std::chrono::hours(1);
    const std::uint64_t noise_runs =
        std::max<std::uint64_t>(comparison.peer_hours / std::max<std::uint64_t>(hours_a_run, 1), 1);
    const unsigned long long peer_hours = noise_runs * hours_a_run;
    const unsigned long long kills = comparison.kills;
    std::printf(
        "%zu hosts; noise: 5 %% of multicast and 1 %% of unicast lost, one host in twenty "
        "paused for 0.5-5 s, %llu peer-hours; %llu leaders unplugged\n",
        comparison.hosts, peer_hours, kills);
    for (std::size_t i = 0; i < kWays.size(); ++i) {
        const Statistics noise = run_all(kWays[i], comparison, noise_runs, noise_plan);
        const Statistics killed = run_all(kWays[i], comparison, comparison.kills, kill_plan);
        std::printf(
            "%s\n  false leader replacements per million peer-hours: %s\n"
            "  without a leader after a kill: %s (%zu)\n  messages per failover: %s\n",
            kNames[i], false_per_million(noise).c_str(),
            percentiles(failover_times(killed)).c_str(), killed.failovers.size(),
            messages_per_failover(killed).c_str());
        std::fflush(stdout);
    }
}

}  // namespace iwant::sim
