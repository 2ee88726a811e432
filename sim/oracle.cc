#include "sim/oracle.h"

#include <algorithm>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
// Long enough for a reminder of each leader to reach the other.
constexpr Duration kRivalsMax = seconds(3);
constexpr Duration kSettles = seconds(5);
constexpr Duration kStall = seconds(7);
constexpr Duration kSampled = seconds(10);
constexpr Duration kWindow = seconds(10);
// A beacon and an answer to a newcomer each second, and the burst at a start.
constexpr unsigned kAnnouncedMax = 30;
// Ten a second, and what was saved up.
constexpr unsigned kDialledMax = 130;
}  // namespace

Oracle::Oracle(Timeline& timeline, Network& network, std::vector<Host>& hosts,
               const Leadership& leadership, Verdict& verdict, std::size_t honest)
    : timeline_(timeline),
      network_(network),
      hosts_(hosts),
      leadership_(leadership),
      verdict_(verdict),
      honest_(honest),
      seen_(honest),
      conduct_(network, hosts, leadership, verdict, honest) {}

void Oracle::stepped(HostNumber host) {
    if (host >= honest_) return;
    conduct_.stepped(host);
    const Host& here = hosts_[host];
    const auto view = here.node()->leader_view();
    Seen& seen = seen_[host];
    if (seen.instance == here.instance()) {
        if (view.epoch < seen.view.epoch)
            verdict_.violated("S2", "S2: the epoch of " + name_of(host) + " fell from " +
                                        std::to_string(seen.view.epoch) + " to " +
                                        std::to_string(view.epoch));
        check_stall(host, seen, view);
    }
    seen.stepped = timeline_.now();
    seen.instance = here.instance();
    seen.view = view;
    if (view.leader == here.peer()) check_rivals(host, view);
}

// A leader is called every second; one that was not for long may have been replaced meanwhile.
void Oracle::check_stall(HostNumber host, Seen& seen, const protocol::LeaderView& view) {
    if (timeline_.now() - seen.stepped <= kStall) return;
    if (view.leader == hosts_[host].peer() && seen.view == view)
        verdict_.violated("E3", "E3: " + name_of(host) + " stood still for long and went on " +
                                    "leading epoch " + std::to_string(view.epoch));
}

bool Oracle::rivals(HostNumber host, HostNumber other, const protocol::LeaderView& view) const {
    if (cloned_.contains(host) || cloned_.contains(other) || !hosts_[other].running()) return false;
    const Time since = timeline_.now() - kSettles;
    const auto calm = [&](HostNumber one) { return hosts_[one].disturbed() < since; };
    const auto connected = network_.connected_since(host, other);
    return hosts_[other].node()->leader_view().epoch == view.epoch && calm(host) && calm(other) &&
           network_.links().open_both_ways(host, other) &&
           network_.links().changed(host, other) < since && connected && *connected < since;
}

void Oracle::check_rivals(HostNumber host, const protocol::LeaderView& view) {
    if (leadership_.leading().size() < 2) return;
    for (const HostNumber other : leadership_.leading()) {
        if (other == host) continue;
        const auto pair = std::minmax(host, other);
        if (!rivals(host, other, view)) {
            rivalries_.erase(pair);
            continue;
        }
        Rivalry& rivalry = rivalries_[pair];
        if (rivalry.epoch != view.epoch) rivalry = {view.epoch, timeline_.now()};
        if (timeline_.now() - rivalry.since > kRivalsMax)
            verdict_.violated("S1", "S1: " + name_of(host) + " and " + name_of(other) +
                                        " both lead epoch " + std::to_string(view.epoch));
    }
}

void Oracle::count_in_window(HostNumber host, unsigned Seen::* count, unsigned most) {
    Seen& seen = seen_[host];
    const Time now = timeline_.now();
    if (now - seen.window > kWindow || seen.window > now) {
        seen.window = now;
        seen.announced = 0;
        seen.dialled = 0;
    }
    if (++(seen.*count) > most)
        verdict_.violated("S7", "S7: " + name_of(host) + " sends too many datagrams or dials");
}

void Oracle::performs(HostNumber host, const node::Action& action) {
    if (host >= honest_) return;
    conduct_.performs(host, action);
    if (std::holds_alternative<node::Announce>(action)) {
        count_in_window(host, &Seen::announced, kAnnouncedMax);
    } else if (std::holds_alternative<node::Dial>(action)) {
        count_in_window(host, &Seen::dialled, kDialledMax);
    } else if (const auto* left = std::get_if<node::Disconnect>(&action)) {
        using Reason = protocol::Goodbye::Reason;
        const bool blames = left->reason == Reason::protocol || left->reason == Reason::identity;
        const auto other = network_.other_end(host, left->session);
        if (!blames || !other || *other >= honest_) return;
        if (cloned_.contains(host) || cloned_.contains(*other)) return;
        verdict_.violated("S9", "S9: " + name_of(host) + " sent " + name_of(*other) +
                                    " away, which did nothing wrong");
    }
}

void Oracle::finished_too_early(HostNumber host) {
    verdict_.violated("S8", "S8: " + name_of(host) + " took a download for finished too early");
}

void Oracle::sample() {
    if (timeline_.now() - sampled_ < kSampled) return;
    sampled_ = timeline_.now();
    for (HostNumber host = 0; host < honest_; ++host) {
        if (!hosts_[host].running()) continue;
        if (network_.sessions(host) > protocol::kSessionsMax)
            verdict_.violated("S6", "S6: " + name_of(host) + " has too many sessions");
        if (hosts_[host].node()->peer_count() > network_.size())
            verdict_.violated("S6", "S6: " + name_of(host) + " knows peers that never were");
    }
}

}  // namespace iwant::sim
