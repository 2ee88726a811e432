#include "sim/crowd.h"

#include <algorithm>
#include <cstdio>

namespace iwant::sim {

namespace {
constexpr std::size_t kPacketsEach = 3;  // of an announcement: two groups and a broadcast
constexpr std::size_t kPacketsMax = 24;  // 20, and some whose datagrams crossed
constexpr std::uint64_t kMessagesEach = 6;
constexpr std::uint64_t kMulticasts = 30;  // beacons until all is over, however few hear them
constexpr std::size_t kRegistrationsMax = 300;

double seconds_of(Duration time) {
    return std::chrono::duration<double>(time).count();
}
}  // namespace

void Peak::count(Time now) {
    while (!last_second_.empty() && now - last_second_.front() >= std::chrono::seconds(1))
        last_second_.pop_front();
    last_second_.push_back(now);
    most_ = std::max(most_, last_second_.size());
}

void Peak::restart() {
    last_second_.clear();
    most_ = 0;
}

void Crowd::happens(HostNumber host, const node::Event& event, Time now) {
    const auto* received = std::get_if<node::MessageReceived>(&event);
    if (received == nullptr || host >= registrations_.size()) return;
    if (std::holds_alternative<protocol::Register>(received->message))
        registrations_[host].count(now);
}

void Crowd::performs(const node::Action& action, Time now) {
    if (std::holds_alternative<node::Announce>(action)) announcements_.count(now);
}

std::size_t Crowd::most_registrations() const {
    std::size_t most = 0;
    for (const Peak& peak : registrations_) most = std::max(most, peak.most());
    return most;
}

void Crowd::forget_registrations() {
    for (Peak& peak : registrations_) peak.restart();
}

void judge(CrowdOutcome& outcome) {
    const auto miss = [&](bool missed, const std::string& what) {
        if (missed && outcome.failure.empty()) outcome.failure = what;
    };
    miss(outcome.announcements * kPacketsEach > kPacketsMax, "too many announcements in a second");
    miss(outcome.winners != 1, "not one new leader");
    miss(outcome.messages > kMessagesEach * outcome.hosts + kMulticasts,
         "too many messages for a new leader");
    miss(outcome.registrations > kRegistrationsMax, "too many registrations in a second");
}

void print(const CrowdOutcome& outcome, Duration took) {
    std::printf(
        "%zu hosts switched on within a second: at most %zu packets in a second, "
        "all indexed after %.1f s\n",
        outcome.hosts, outcome.announcements * kPacketsEach, seconds_of(outcome.indexed));
    std::printf(
        "leader lost: %llu took the lead, all follow after %.1f s, all indexed after "
        "%.1f s, %.1f messages a host, at most %zu registrations in a second\n",
        static_cast<unsigned long long>(outcome.winners), seconds_of(outcome.agreed_again),
        seconds_of(outcome.indexed_again),
        static_cast<double>(outcome.messages) / static_cast<double>(outcome.hosts),
        outcome.registrations);
    if (!outcome.failure.empty()) std::printf("failed: %s\n", outcome.failure.c_str());
    std::printf("1 crowds, %d failed, in %.1f s\n", outcome.failure.empty() ? 0 : 1,
                seconds_of(took));
}

}  // namespace iwant::sim
