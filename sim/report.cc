#include "sim/report.h"

#include <algorithm>
#include <cstdio>

namespace iwant::sim {

namespace {
double seconds_of(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double seconds_at(const std::vector<Duration>& sorted, double share) {
    return seconds_of(sorted[static_cast<std::size_t>(share * (sorted.size() - 1.0))]);
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

void Report::add(const Outcome& outcome) {
    ++runs_;
    if (outcome.failure) ++failed_;
    statistics_.add(outcome.statistics);
}

void Report::print(Duration took) const {
    const auto show = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
    std::printf("searches: %llu, complete: %llu\n", show(statistics_.searches),
                show(statistics_.complete_answers));
    std::printf("leader changes: %llu\n", show(statistics_.leader_changes));
    std::printf("time without leader: %s\n", percentiles(statistics_.without_leader).c_str());
    std::printf("%llu seeds, %llu failed, %.1f seeds/s\n", show(runs_), show(failed_),
                static_cast<double>(runs_) / seconds_of(took));
}

}  // namespace iwant::sim
