#include "sim/conduct.h"

#include <algorithm>

namespace iwant::sim {

namespace {
// Registrations are spread in networks of more than 32.
constexpr std::size_t kManyPeers = 40;

/// Who leads by the words of the sender, where it may speak of itself.
std::optional<protocol::LeaderView> view_in(const protocol::Message& message) {
    if (const auto* claim = std::get_if<protocol::LeaderClaim>(&message)) return claim->view;
    if (const auto* ping = std::get_if<protocol::Ping>(&message)) return ping->leader;
    if (const auto* pong = std::get_if<protocol::Pong>(&message)) return pong->leader;
    if (const auto* proof = std::get_if<protocol::FollowersProof>(&message)) return proof->view;
    return std::nullopt;
}
}  // namespace

Conduct::Conduct(const Network& network, const std::vector<Host>& hosts,
                 const Leadership& leadership, Verdict& verdict, std::size_t honest)
    : network_(network),
      hosts_(hosts),
      leadership_(leadership),
      verdict_(verdict),
      honest_(honest),
      past_(honest) {}

void Conduct::happens(HostNumber host, const node::Event& event) {
    if (host >= honest_) return;
    const Host& here = hosts_[host];
    const node::Node& node = *here.node();
    if (past_[host].instance != here.instance()) {
        past_[host] = {};
        past_[host].instance = here.instance();
    }
    Past& past = past_[host];
    if (past.stepped < here.local_time()) conclude(past, host);
    step_ = {};
    step_.host = host;
    step_.before = node.leader_view();
    const auto deadline = node.next_deadline();
    step_.due = deadline && *deadline <= here.local_time();
    if (const auto* opened = std::get_if<node::SessionOpened>(&event)) {
        step_.opened = opened->session;
        step_.from = opened->peer;
    } else if (const auto* closed = std::get_if<node::SessionClosed>(&event)) {
        past.company.erase(closed->session);
    } else if (const auto* message = std::get_if<node::MessageReceived>(&event)) {
        received(host, *message);
    }
}

void Conduct::received(HostNumber host, const node::MessageReceived& event) {
    const protocol::Message& message = event.message;
    if (std::holds_alternative<protocol::Goodbye>(message))
        past_[host].company.erase(event.session);
    const auto view = view_in(message);
    const auto* resigns = std::get_if<protocol::LeaderResigns>(&message);
    const auto* registers = std::get_if<protocol::Register>(&message);
    if (!view && resigns == nullptr && registers == nullptr) return;
    const auto other = network_.other_end(host, event.session);
    if (resigns != nullptr) step_.successor = resigns->successor;
    if (!other || cloned_.contains(*other)) return;
    step_.from = *other < hosts_.size() ? hosts_[*other].peer() : PeerId{};
    if (view && !view->leader.is_zero() && step_.from == view->leader) step_.claim = view;
    if (registers == nullptr) return;
    step_.registered = registers->view;
    const auto standbys = hosts_[host].node()->standbys();
    step_.stood_by = std::ranges::find(standbys, hosts_[host].peer()) != standbys.end();
}

void Conduct::stepped(HostNumber host) {
    if (host >= honest_ || host != step_.host) return;
    step_.after = hosts_[host].node()->leader_view();
    Past& past = past_[host];
    past.stepped = hosts_[host].local_time();
    if (step_.after != step_.before) changed(past);
    const auto newcomer = step_.opened ? leadership_.host_of(*step_.from) : std::nullopt;
    if (newcomer && *newcomer != host) past.company[*step_.opened] = *newcomer;
}

void Conduct::changed(Past& past) {
    if (!cloned_.contains(step_.host)) {
        check_raised();
        check_left();
        check_takeover(past);
    }
    past.asked = past.asked && step_.after.leader.is_zero();
    if (const auto leader = leadership_.host_of(step_.after.leader)) past.followed.insert(*leader);
}

void Conduct::check_raised() const {
    const bool led = step_.before.leader == self() && step_.after.leader == self();
    if (!led || step_.due || !step_.claim || step_.claim->epoch != step_.after.epoch) return;
    verdict_.violated("E4", "E4: " + name() + " claimed the epoch " +
                                std::to_string(step_.after.epoch) + ", which it was just told is " +
                                step_.claim->leader.brief() + "'s");
}

void Conduct::check_left() const {
    const PeerId leader = step_.before.leader;
    const bool followed = !leader.is_zero() && leader != self() && leadership_.host_of(leader);
    const bool others = step_.successor && step_.from && step_.from != leader;
    if (!followed || !others || step_.due || step_.after.leader == leader) return;
    verdict_.violated("E7", "E7: " + name() + " left its leader because another peer resigned");
}

void Conduct::check_takeover(Past& past) const {
    if (step_.before.leader == self() || step_.after.leader != self() || past.asked) return;
    const PeerId from = step_.from.value_or(PeerId{});
    const bool named = step_.successor == self();
    if (named && (from.is_zero() || from == step_.before.leader)) return;
    past.unasked = past.company;
}

// Of a step that may have ended sessions in the same moment, when all that is done.
void Conduct::conclude(Past& past, HostNumber host) {
    for (const auto& [session, other] : past.unasked) {
        if (past.followed.contains(other) || cloned_.contains(other)) continue;
        verdict_.violated("E6", "E6: " + name_of(host) + " took the lead and did not ask " +
                                    name_of(other) + " before");
    }
    past.unasked.clear();
}

void Conduct::performs(HostNumber host, const node::Action& action) {
    if (host >= honest_) return;
    if (const auto* left = std::get_if<node::Disconnect>(&action)) {
        past_[host].company.erase(left->session);
        past_[host].unasked.erase(left->session);
    }
    const auto* send = std::get_if<node::Send>(&action);
    if (send == nullptr) return;
    if (std::holds_alternative<protocol::PreVoteRequest>(send->message)) past_[host].asked = true;
    if (host != step_.host || cloned_.contains(host)) return;
    if (const auto* message = std::get_if<protocol::Register>(&send->message))
        check_registering(send->session, *message);
    if (const auto* message = std::get_if<protocol::Registered>(&send->message))
        check_refusal(*message);
}

// Its standbys may be told at once what it shares: it registered with them before.
void Conduct::check_registering(SessionId session, const protocol::Register& message) const {
    if (step_.after == step_.before || message.view != step_.after) return;
    const auto& company = past_[step_.host].company;
    const auto to = company.find(session);
    if (to == company.end() || leadership_.host_of(message.view.leader) != to->second) return;
    if (hosts_[step_.host].node()->peer_count() <= kManyPeers) return;
    verdict_.violated("F4", "F4: " + name() + " registered with a new leader without waiting");
}

void Conduct::check_refusal(const protocol::Registered& message) const {
    const bool together = step_.before == step_.after && step_.registered == step_.after;
    const bool stands_by = step_.stood_by && step_.after.leader != self();
    if (step_.due || !together || !stands_by) return;
    if (message.verdict != protocol::Registered::Verdict::not_leader) return;
    verdict_.violated("E5", "E5: " + name() + " stands by and did not register " +
                                step_.from.value_or(PeerId{}).brief());
}

}  // namespace iwant::sim
