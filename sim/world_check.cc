#include <algorithm>
#include <string>

#include "sim/world.h"

// The part of World that heals everything and looks whether the network becomes well.

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {
constexpr Duration kAgreement = seconds(12);  // an address that failed is tried again after 10 s
constexpr Duration kAgreementOfMany = seconds(20);
constexpr std::size_t kMany = 100;
constexpr Duration kSearchable = seconds(5);
constexpr Duration kAnswers = seconds(3);
constexpr Duration kDownloads = minutes(3);
constexpr Duration kFailover = seconds(15);
constexpr std::size_t kProbesMax = 32;
constexpr Quality kHealthy{milliseconds(2), 2, 2, 0};
// Six a peer are usual; two standbys that claim within one round trip cost another round or two.
constexpr std::uint64_t kUnicastsPerHost = 16;
constexpr std::uint64_t kMulticasts = 20;
}  // namespace

void World::heal() {
    tell("-- heal");
    healed_ = true;
    for (std::size_t i = 0; i < undo_.size(); ++i) {
        if (auto undo = std::exchange(undo_[i], {})) undo();
    }
    links_.end_all();
    links_.set_base(kHealthy);
    leadership_.changed();
}

std::optional<Failure> World::check_agreement() {
    run_for(plan_.hosts > kMany ? kAgreementOfMany : kAgreement);
    if (const auto reason = leadership_.disagreement())
        return Failure{"L1", "L1: no agreement after healing: " + *reason, {}};
    return std::nullopt;
}

std::optional<Failure> World::check_catalogs() {
    run_for(kSearchable);
    probes_.take_poor_answers();
    Prng prng(plan_.seed);
    for (HostNumber owner = 0; owner < std::min(plan_.hosts, kProbesMax); ++owner)
        probes_.ask(prng.below(plan_.hosts), owner);
    run_for(kAnswers);
    const auto poor = probes_.take_poor_answers();
    if (!poor.empty())
        return Failure{"L2", "L2: not searchable after healing: " + poor.front(), {}};
    return std::nullopt;
}

std::optional<Failure> World::unfinished_download() const {
    const bool someone_lost_its_disk =
        std::ranges::any_of(hosts_, [](const Host& host) { return host.losses() > 0; });
    for (HostNumber number = 0; number < plan_.hosts; ++number) {
        for (const auto& status : hosts_[number].open_downloads()) {
            // What was never hashed is known by its number only, which a lost disk takes away.
            if (!status.content && someone_lost_its_disk) continue;
            return Failure{"L3",
                           "L3: " + name_of(number) + " has not finished download " +
                               std::to_string(status.id.value) + ": " +
                               std::string(swarm::to_string(status.state)) + " " + status.message,
                           {}};
        }
    }
    return std::nullopt;
}

std::optional<Failure> World::check_downloads() {
    const Time end = timeline_.now() + kDownloads;
    while (timeline_.now() < end && unfinished_download() && !over()) run_for(seconds(1));
    return unfinished_download();
}

std::optional<Failure> World::check_calm() {
    const std::uint64_t before = leadership_.changes();
    run_for(plan_.calm);
    if (leadership_.changes() != before)
        return Failure{"L4", "L4: the leader changed without a reason", {}};
    if (const auto reason = leadership_.disagreement())
        return Failure{"L4", "L4: no agreement later: " + *reason, {}};
    return std::nullopt;
}

// The leader goes while all is well; how it goes hangs on the seed.
std::optional<Failure> World::check_failover() {
    const auto leader = leadership_.leader();
    if (!leader || plan_.hosts < 2) return std::nullopt;
    constexpr FaultKind kWays[] = {FaultKind::crash, FaultKind::power_off, FaultKind::stop};
    Failover failover;
    failover.how = kWays[plan_.seed % std::size(kWays)];
    failover.hosts = plan_.hosts - 1;
    const Time began = timeline_.now();
    const auto before = leadership_.messages();
    tell("-- " + name_of(*leader) + ": " + std::string(to_string(failover.how)));
    bring_down(hosts_[*leader], {.kind = failover.how, .length = kFailover * 2});
    while (timeline_.now() < began + kFailover && leadership_.disagreement() && !over())
        run_for(milliseconds(50));
    if (const auto reason = leadership_.disagreement())
        return Failure{"L1", "L1: no agreement after the leader went: " + *reason, {}};
    failover.took = timeline_.now() - began;
    const auto& after = leadership_.messages();
    failover.unicasts = after.unicasts() - before.unicasts();
    failover.multicasts = after.multicasts - before.multicasts;
    statistics_.failovers.push_back(failover);
    if (failover.unicasts > kUnicastsPerHost * plan_.hosts || failover.multicasts > kMulticasts)
        return Failure{"F1",
                       "F1: a failover cost " + std::to_string(failover.unicasts) + " unicasts (" +
                           std::to_string(after.claims - before.claims) + " claims, " +
                           std::to_string(after.votes - before.votes) + " votes) and " +
                           std::to_string(failover.multicasts) + " multicasts",
                       {}};
    return std::nullopt;
}

}  // namespace iwant::sim
