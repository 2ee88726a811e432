#include "sim/world.h"

// The part of World that watches a crowd.

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kLook = milliseconds(50);
constexpr Duration kGivenUp = seconds(120);
constexpr Duration kSettles = seconds(40);  // standbys are there, and everybody has spoken again
constexpr Duration kLater = seconds(5);
}  // namespace

CrowdOutcome World::run_crowd() {
    CrowdOutcome outcome;
    outcome.hosts = plan_.hosts;
    crowd_.emplace(plan_.hosts);
    furnish();
    const auto give_up = [&](Time since) { return over() || timeline_.now() - since > kGivenUp; };
    while (!index_is_whole(plan_.hosts) && !give_up(Time{})) run_for(kLook);
    outcome.indexed = timeline_.now() - Time{};
    run_for(kSettles);
    outcome.announcements = crowd_->most_announcements();
    const auto leader = leadership_.leader();
    if (leader && !over()) lose_leader(*leader, outcome);
    judge(outcome);
    if (over()) outcome.failure = verdict_.failure()->text;
    return outcome;
}

void World::lose_leader(HostNumber leader, CrowdOutcome& outcome) {
    crowd_->forget_registrations();
    const auto before = leadership_.messages();
    const std::uint64_t changes = leadership_.changes();
    const Time lost = timeline_.now();
    const auto give_up = [&] { return over() || timeline_.now() - lost > kGivenUp; };
    bring_down(hosts_[leader], {.kind = FaultKind::crash, .length = kGivenUp * 2});
    while (leadership_.disagreement() && !give_up()) run_for(kLook);
    outcome.agreed_again = timeline_.now() - lost;
    while (!index_is_whole(plan_.hosts - 1) && !give_up()) run_for(kLook);
    outcome.indexed_again = timeline_.now() - lost;
    run_for(kLater);
    const auto& after = leadership_.messages();
    outcome.messages = after.unicasts() - before.unicasts() + after.multicasts - before.multicasts;
    outcome.winners = leadership_.changes() - changes;
    outcome.registrations = crowd_->most_registrations();
    if (give_up()) outcome.failure = "no new leader that has everything";
}

}  // namespace iwant::sim
