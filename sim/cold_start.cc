#include "sim/cold_start.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace iwant::sim {

namespace {
double seconds_of(Duration time) {
    return std::chrono::duration<double>(time).count();
}

void print_keeper(const char* role, const ColdOutcome::Keeper& keeper) {
    std::printf("%s: %.1f MB, %llu messages sent, %llu received\n", role,
                static_cast<double>(keeper.bytes) / 1e6,
                static_cast<unsigned long long>(keeper.traffic.sent),
                static_cast<unsigned long long>(keeper.traffic.received));
}

void print_traffic(std::vector<ColdOutcome::Traffic> traffic) {
    std::ranges::sort(traffic, {}, &ColdOutcome::Traffic::sent);
    std::uint64_t all = 0;
    for (const auto& one : traffic) all += one.sent;
    std::printf("messages sent by a host: mean %.1f, p50 %llu, p99 %llu, max %llu\n",
                static_cast<double>(all) / static_cast<double>(traffic.size()),
                static_cast<unsigned long long>(traffic[traffic.size() / 2].sent),
                static_cast<unsigned long long>(traffic[traffic.size() * 99 / 100].sent),
                static_cast<unsigned long long>(traffic.back().sent));
}
}  // namespace

void ColdStart::happens(HostNumber host, const node::Event& event) {
    if (std::holds_alternative<node::MessageReceived>(event)) ++traffic_[host].received;
}

// An answer counts when it covers everybody.
void ColdStart::performs(HostNumber host, const node::Action& action) {
    if (std::holds_alternative<node::Send>(action)) ++traffic_[host].sent;
    if (std::holds_alternative<node::Announce>(action)) ++datagrams_;
    const auto* answer = std::get_if<node::AnswerSearch>(&action);
    if (answer == nullptr) return;
    const bool whole = answer->reply.complete && answer->reply.coverage.indexed == waiting_.size();
    waiting_[host] = whole ? Waits::no_more : Waits::to_ask;
    if (whole) ++answered_;
}

bool ColdStart::wants_to_ask(HostNumber host) {
    if (waiting_[host] != Waits::to_ask) return false;
    waiting_[host] = Waits::for_answer;
    return true;
}

void print(const ColdOutcome& outcome, Duration took) {
    std::printf("%zu hosts with %zu entries each, started within %.1f s\n", outcome.hosts,
                outcome.names, seconds_of(outcome.started));
    std::printf(
        "one leader after %.1f s, all indexed after %.1f s, complete at everyone after "
        "%.1f s\n",
        seconds_of(outcome.agreed), seconds_of(outcome.indexed), seconds_of(outcome.took));
    print_keeper("leader", outcome.leader);
    for (const auto& standby : outcome.standbys) print_keeper("standby", standby);
    print_keeper("a follower", outcome.follower);
    print_traffic(outcome.traffic);
    if (!outcome.failure.empty()) std::printf("failed: %s\n", outcome.failure.c_str());
    std::printf("datagrams sent: %llu\n", static_cast<unsigned long long>(outcome.datagrams));
    std::printf("1 cold starts, %d failed, in %.1f s\n", outcome.complete ? 0 : 1,
                seconds_of(took));
}

}  // namespace iwant::sim
