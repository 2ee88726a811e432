#include <algorithm>
#include <string>

#include <malloc.h>

#include "sim/world.h"

// The part of World that watches a cold start.

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kLook = milliseconds(50);
constexpr Duration kGivenUp = seconds(120);
constexpr std::size_t kSomeNumber = 10000;  // names have numbers

std::size_t bytes_in_use() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
}  // namespace

bool World::index_is_whole(std::size_t hosts) const {
    const auto leader = leadership_.leader();
    if (!leader) return false;
    const protocol::Coverage coverage = hosts_[*leader].node()->leader().coverage;
    return coverage.known == hosts && coverage.indexed == hosts;
}

// What a node takes is what its end gives back.
std::size_t World::bytes_of(HostNumber host) {
    const std::size_t before = bytes_in_use();
    hosts_[host].end(Condition::off);
    return before - std::min(before, bytes_in_use());
}

ColdOutcome World::run_cold() {
    ColdOutcome outcome;
    outcome.hosts = plan_.hosts;
    outcome.names = plan_.names;
    cold_start_.emplace(plan_.hosts);
    furnish();
    const auto running = [](const Host& host) { return host.running(); };
    const auto since = [&] { return timeline_.now() - Time{}; };
    while (since() < kGivenUp && !cold_start_->complete() && !over()) {
        run_for(kLook);
        if (!std::ranges::all_of(hosts_, running)) continue;
        if (outcome.started == Duration{}) outcome.started = since();
        if (outcome.agreed == Duration{} && !leadership_.disagreement()) outcome.agreed = since();
        if (!index_is_whole(plan_.hosts)) continue;
        if (outcome.indexed == Duration{}) outcome.indexed = since();
        for (Host& host : hosts_) {
            if (!cold_start_->wants_to_ask(host.number())) continue;
            Query query;
            query.text = std::to_string(kSomeNumber + host.number());
            host.search(query, node::Ticket{host.number()});
        }
    }
    outcome.took = since();
    outcome.complete = cold_start_->complete() && !over();
    if (over()) outcome.failure = verdict_.failure()->text;
    outcome.traffic = cold_start_->traffic();
    outcome.datagrams = cold_start_->datagrams();
    cold_start_.reset();
    weigh_keepers(outcome);
    return outcome;
}

void World::weigh_keepers(ColdOutcome& outcome) {
    const auto leader = leadership_.leader();
    if (!leader) return;
    std::set<HostNumber> standbys;
    for (const PeerId& peer : hosts_[*leader].node()->standbys()) {
        if (const auto host = leadership_.host_of(peer)) standbys.insert(*host);
    }
    HostNumber other = 0;
    while (other == *leader || standbys.contains(other)) ++other;
    const auto weigh = [&](HostNumber host) {
        return ColdOutcome::Keeper{bytes_of(host), outcome.traffic[host]};
    };
    if (other < plan_.hosts) outcome.follower = weigh(other);
    for (const HostNumber standby : standbys) outcome.standbys.push_back(weigh(standby));
    outcome.leader = weigh(*leader);
}

}  // namespace iwant::sim
