#include "sim/oracle.h"

#include <algorithm>
#include <utility>

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// Long enough for a reminder of each leader to reach the other.
constexpr Duration kRivalsMax = seconds(3);
constexpr Duration kAnswerMax = seconds(6);
constexpr Duration kStall = seconds(7);
constexpr Duration kUndisturbed = seconds(5);

std::string name(HostNumber host) {
    return "host" + std::to_string(host);
}
}  // namespace

Oracle::Oracle(Timeline& timeline, Network& network, std::vector<Host>& hosts)
    : timeline_(timeline), network_(network), hosts_(hosts) {}

void Oracle::violated(const std::string& what) {
    if (!violation_) violation_ = what;
}

void Oracle::stepped(HostNumber host) {
    const node::Node* node = hosts_[host].node();
    if (node == nullptr) return;
    const auto view = node->leader_view();
    auto& epoch = epochs_[{host, hosts_[host].instance()}];
    if (view.epoch < epoch) violated("S2: the epoch of " + name(host) + " fell");
    epoch = view.epoch;
    check_stall(host, view);
    if (node->leader().self && led_.insert({view.epoch, host}).second) ++statistics_.leader_changes;
    check_rivals(host);
}

// A leader is called every second; one that was not for long may have been replaced meanwhile.
void Oracle::check_stall(HostNumber host, const protocol::LeaderView& view) {
    const bool leads = view.leader == hosts_[host].peer();
    auto& last = last_step_[host];
    const bool slept = timeline_.now() - last.when > kStall;
    if (slept && leads && last.led == view && last.instance == hosts_[host].instance())
        violated("stall: " + name(host) + " slept and went on leading epoch " +
                 std::to_string(view.epoch));
    last = {timeline_.now(), hosts_[host].instance(), leads ? view : protocol::LeaderView{}};
}

void Oracle::check_rivals(HostNumber host) {
    const auto view = hosts_[host].node()->leader_view();
    const bool leads = view.leader == hosts_[host].peer();
    for (HostNumber other = 0; other < hosts_.size(); ++other) {
        if (other == host) continue;
        const auto pair = std::minmax(host, other);
        const node::Node* node = hosts_[other].node();
        const bool rivals = leads && node != nullptr && hosts_[other].running() &&
                            node->leader_view().leader == hosts_[other].peer() &&
                            node->leader_view().epoch == view.epoch &&
                            network_.reachable(host, other) &&
                            network_.connected_since(host, other).has_value();
        if (!rivals) {
            rivals_since_.erase(pair);
            continue;
        }
        const auto [since, fresh] = rivals_since_.try_emplace(pair, timeline_.now());
        if (timeline_.now() - since->second > kRivalsMax)
            violated("S1: " + name(host) + " and " + name(other) + " both lead epoch " +
                     std::to_string(view.epoch));
    }
}

void Oracle::arrives(HostNumber host, const node::MessageReceived& message, HostNumber from) {
    const auto* registration = std::get_if<protocol::Register>(&message.message);
    if (registration == nullptr) return;
    auto& announced = announced_[{host, from}];
    announced = std::max(announced, registration->catalog.version);
}

void Oracle::asked(node::Ticket ticket, HostNumber host, HostNumber owner) {
    Probe probe{host, owner, timeline_.now(), {}};
    for (const auto& [pair, version] : announced_) {
        if (pair.second == owner) probe.announced[pair.first] = version;
    }
    probes_[ticket] = std::move(probe);
    ++statistics_.searches;
}

bool Oracle::knew_all_the_time(HostNumber knower, HostNumber known, Time since) const {
    if (knower == known) return true;
    const auto connected = network_.connected_since(knower, known);
    const auto calm = [&](HostNumber host) {
        const auto disturbed = hosts_[host].disturbed();
        return hosts_[host].running() && (!disturbed || *disturbed + kUndisturbed < since);
    };
    // A peer that was silent for a while is not known to be alive, though its session may be open.
    const bool heard =
        network_.reachable(knower, known) && network_.regrouped() + kUndisturbed < since;
    return connected && *connected < since && heard && calm(knower) && calm(known);
}

void Oracle::check_complete(const Probe& probe, const node::AnswerSearch& answer) {
    const auto leader = std::ranges::find_if(
        hosts_, [&](const Host& host) { return host.peer() == answer.reply.view.leader; });
    if (leader == hosts_.end()) {
        violated("S5: a complete answer of " + name(probe.host) + " without a leader");
        return;
    }
    const HostNumber from = leader->number();
    const bool known = knew_all_the_time(from, probe.owner, probe.asked) ||
                       knew_all_the_time(probe.host, probe.owner, probe.asked);
    std::set<std::string> paths;
    for (const auto& result : answer.reply.results) paths.insert(result.path);
    const auto& history = hosts_[probe.owner].history();
    const auto announced = probe.announced.find(from);
    const std::uint64_t least = announced == probe.announced.end() ? 0 : announced->second;
    const bool right = std::any_of(history.lower_bound(least), history.end(),
                                   [&](const auto& entry) { return entry.second == paths; });
    if (known && !right)
        violated("S5: " + name(probe.host) + " got a complete answer from " + name(from) +
                 " without the catalogue of " + name(probe.owner));
}

void Oracle::answered(HostNumber host, const node::AnswerSearch& answer) {
    const auto found = probes_.find(answer.ticket);
    if (found == probes_.end()) return;
    const Probe probe = found->second;
    probes_.erase(found);
    if (answer.reply.complete) {
        ++statistics_.complete_answers;
        check_complete(probe, answer);
    }
    const bool calm = hosts_[host].disturbed() < probe.asked;
    if (calm && answer.took > kAnswerMax) violated("D6: a search took too long at " + name(host));
    std::set<std::string> paths;
    for (const auto& result : answer.reply.results) paths.insert(result.path);
    const bool whole = paths == hosts_[probe.owner].history().rbegin()->second;
    if (answer.reply.complete && whole) return;
    poor_.push_back(name(host) + " asked for " + name(probe.owner) +
                    (whole ? ": incomplete, covers " : ": results are missing, covers ") +
                    std::to_string(answer.reply.coverage.indexed) + " of " +
                    std::to_string(answer.reply.coverage.known));
}

std::vector<std::string> Oracle::take_poor_answers() {
    for (const auto& [ticket, probe] : probes_)
        poor_.push_back(name(probe.host) + " got no answer");
    probes_.clear();
    return std::exchange(poor_, {});
}

std::optional<HostNumber> Oracle::leader() const {
    std::optional<HostNumber> leader;
    for (const Host& host : hosts_) {
        if (host.running() && host.node()->leader().self) leader = host.number();
    }
    return leader;
}

std::optional<std::string> Oracle::disagreement() const {
    const auto leads = leader();
    if (!leads) return "nobody leads";
    const auto view = hosts_[*leads].node()->leader_view();
    for (const Host& host : hosts_) {
        if (!host.running() || host.node()->leader_view() == view) continue;
        const auto other = host.node()->leader_view();
        return name(host.number()) + " believes in " + other.leader.brief() + " epoch " +
               std::to_string(other.epoch) + ", not in " + view.leader.brief() + " epoch " +
               std::to_string(view.epoch);
    }
    return std::nullopt;
}

bool Oracle::led_well(HostNumber host) const {
    const auto view = hosts_[host].node()->leader_view();
    return std::ranges::any_of(hosts_, [&](const Host& other) {
        return other.running() && other.peer() == view.leader && other.node()->leader().self &&
               network_.reachable(host, other.number());
    });
}

// Sampled: for how long at a time each running host had no leader that it could reach.
void Oracle::count_time_without_leader(Duration step) {
    for (const Host& host : hosts_) {
        auto& without = without_[host.number()];
        const bool here = host.running() && timeline_.now() - *host.disturbed() > seconds(3);
        if (here && !led_well(host.number())) {
            without += step;
        } else {
            if (without > Duration{}) statistics_.without_leader.push_back(without);
            without = Duration{};
        }
    }
}

}  // namespace iwant::sim
