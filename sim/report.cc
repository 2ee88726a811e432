#include "sim/report.h"

#include <algorithm>
#include <cstdio>

namespace iwant::sim {

namespace {
double seconds_of(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double hours_of(Duration duration) {
    return seconds_of(duration) / 3600;
}

double seconds_at(const std::vector<Duration>& sorted, double share) {
    const auto last = static_cast<double>(sorted.size() - 1);
    return seconds_of(sorted[static_cast<std::size_t>(share * last)]);
}

unsigned long long wide(std::uint64_t number) {
    return number;
}
}  // namespace

std::string percentiles(std::vector<Duration> values) {
    if (values.empty()) return "none";
    std::ranges::sort(values);
    char text[80];
    std::snprintf(text, sizeof text, "p50 %.2f s, p99 %.2f s, max %.2f s", seconds_at(values, 0.5),
                  seconds_at(values, 0.99), seconds_at(values, 1));
    return text;
}

std::string false_per_million(const Statistics& statistics) {
    const double hours = hours_of(statistics.peer_time);
    if (hours == 0) return "none";
    char text[64];
    std::snprintf(text, sizeof text, "%.0f",
                  static_cast<double>(statistics.false_replacements) * 1e6 / hours);
    return text;
}

std::string messages_per_failover(const Statistics& statistics) {
    if (statistics.failovers.empty()) return "none";
    std::uint64_t unicasts = 0;
    std::uint64_t multicasts = 0;
    for (const Failover& failover : statistics.failovers) {
        unicasts += failover.unicasts;
        multicasts += failover.multicasts;
    }
    const auto count = static_cast<double>(statistics.failovers.size());
    char text[64];
    std::snprintf(text, sizeof text, "%.1f unicast, %.1f multicast",
                  static_cast<double>(unicasts) / count, static_cast<double>(multicasts) / count);
    return text;
}

std::vector<Duration> failover_times(const Statistics& statistics) {
    std::vector<Duration> times;
    for (const Failover& failover : statistics.failovers) times.push_back(failover.took);
    return times;
}

void Report::add(const Outcome& outcome) {
    ++runs_;
    if (outcome.failure) ++failed_;
    statistics_.add(outcome.statistics);
}

void Report::print_faults() const {
    std::printf("faults:");
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
        if (statistics_.faults[kind] == 0) continue;
        const auto name = to_string(static_cast<FaultKind>(kind));
        std::printf(" %.*s %llu", static_cast<int>(name.size()), name.data(),
                    wide(statistics_.faults[kind]));
    }
    std::printf("\n");
}

void Report::print(Duration took) const {
    const Statistics& all = statistics_;
    const double runs = static_cast<double>(std::max<std::uint64_t>(runs_, 1));
    std::printf("%.1f virtual minutes a seed, %.0f peer-hours\n",
                seconds_of(all.virtual_time) / 60 / runs, hours_of(all.peer_time));
    print_faults();
    std::printf("searches: %llu, complete: %llu\n", wide(all.searches), wide(all.complete_answers));
    std::printf("leader changes: %llu\n", wide(all.leader_changes));
    std::printf("time without leader: %s\n", percentiles(all.without_leader).c_str());
    std::printf("failovers with nothing else going on: %zu; %s; %s a failover\n",
                all.failovers.size(), percentiles(failover_times(all)).c_str(),
                messages_per_failover(all).c_str());
    std::printf("false leader replacements: %llu (%s per million peer-hours)\n",
                wide(all.false_replacements), false_per_million(all).c_str());
    std::printf("%llu seeds, %llu failed, %.1f seeds/s\n", wide(runs_), wide(failed_),
                static_cast<double>(runs_) / seconds_of(took));
}

}  // namespace iwant::sim
