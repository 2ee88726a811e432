#include "sim/leadership.h"

#include <algorithm>
#include <type_traits>

#include "sim/verdict.h"

namespace iwant::sim {

using std::chrono::seconds;

namespace {
constexpr Duration kSettlesIn = seconds(3);
constexpr Duration kWell = seconds(10);
}  // namespace

Leadership::Leadership(Timeline& timeline, Network& network, std::vector<Host>& hosts,
                       std::size_t honest)
    : timeline_(timeline), network_(network), hosts_(hosts), honest_(honest), seen_(honest) {
    for (HostNumber host = 0; host < honest; ++host) by_peer_[hosts[host].peer()] = host;
}

std::optional<HostNumber> Leadership::host_of(const PeerId& peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? std::nullopt : std::optional(found->second);
}

bool Leadership::stepped(HostNumber host) {
    if (host >= honest_) return false;
    Seen& seen = seen_[host];
    const auto view = hosts_[host].node()->leader_view();
    if (seen.view == view && seen.instance == hosts_[host].instance()) return false;
    const protocol::LeaderView before = seen.view;
    seen.view = view;
    seen.instance = hosts_[host].instance();
    dirty_ = true;
    if (view.leader != hosts_[host].peer()) {
        leading_.erase(host);
        return false;
    }
    leading_.insert(host);
    ++statistics_.leader_changes;
    judge_replacement(host, before);
    return true;
}

// A follower took over from a leader that it could reach and that ran well, or had not stood still
// for long.
void Leadership::judge_replacement(HostNumber successor, const protocol::LeaderView& before) {
    const auto old = host_of(before.leader);
    if (!old || *old == successor || !leading_.contains(*old)) return;
    const Host& leader = hosts_[*old];
    const Time now = timeline_.now();
    const bool well = leader.lively() && leader.rattled() + kWell < now &&
                      network_.links().open_both_ways(*old, successor) &&
                      network_.links().changed(*old, successor) + kWell < now;
    if (well) ++statistics_.false_replacements;
}

std::optional<HostNumber> Leadership::leader() const {
    std::optional<HostNumber> leader;
    for (const HostNumber host : leading_) {
        if (!hosts_[host].running()) continue;
        if (!leader || seen_[host].view.epoch > seen_[*leader].view.epoch) leader = host;
    }
    return leader;
}

std::optional<std::string> Leadership::disagreement() const {
    const auto leads = leader();
    if (!leads) return "nobody leads";
    const auto& view = seen_[*leads].view;
    for (HostNumber host = 0; host < honest_; ++host) {
        if (!hosts_[host].running() || seen_[host].view == view) continue;
        const auto& other = seen_[host].view;
        return name_of(host) + " believes in " + other.leader.brief() + " epoch " +
               std::to_string(other.epoch) + ", not in " + view.leader.brief() + " epoch " +
               std::to_string(view.epoch);
    }
    return std::nullopt;
}

bool Leadership::led_well(HostNumber host) const {
    const auto leader = host_of(seen_[host].view.leader);
    return leader && hosts_[*leader].running() && leading_.contains(*leader) &&
           network_.links().open_both_ways(host, *leader);
}

void Leadership::end_without(HostNumber host) {
    Seen& seen = seen_[host];
    if (!seen.without_since) return;
    const Time settled = hosts_[host].disturbed().value_or(Time{}) + kSettlesIn;
    const Time began = std::max(*seen.without_since, settled);
    if (timeline_.now() > began) statistics_.without_leader.push_back(timeline_.now() - began);
    seen.without_since.reset();
}

void Leadership::sample() {
    const Time now = timeline_.now();
    statistics_.peer_time += (now - sampled_) * static_cast<std::int64_t>(running_);
    sampled_ = now;
    if (!std::exchange(dirty_, false)) return;
    running_ = 0;
    for (HostNumber host = 0; host < honest_; ++host) {
        Seen& seen = seen_[host];
        if (!hosts_[host].running()) {
            seen.without_since.reset();
            if (hosts_[host].node() == nullptr) leading_.erase(host);
            continue;
        }
        ++running_;
        if (led_well(host)) {
            end_without(host);
        } else if (!seen.without_since) {
            seen.without_since = now;
        }
    }
}

void Leadership::count(const node::Action& action) {
    if (std::holds_alternative<node::Announce>(action)) ++messages_.multicasts;
    const auto* send = std::get_if<node::Send>(&action);
    if (send == nullptr) return;
    std::visit([&](const auto& message) { messages_.add(message); }, send->message);
}

}  // namespace iwant::sim
