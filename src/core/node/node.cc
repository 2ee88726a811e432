#include "core/node/node.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/node/node_state.h"

namespace iwant::node {

Node::Node(Self self, const Signatory& signatory, Options options, Prng prng, Logger& logger,
           Time now)
    : state_(std::make_unique<State>(std::move(self), signatory, options, prng, logger, now)) {
    state_->plan_next();
}

Node::~Node() = default;

void Node::handle(Event event, Time now) {
    // First what time made due: a leader that slept must step down before it answers.
    if (state_->advance(now)) state_->pump(now);
    std::visit([&](auto& one) { state_->on(one, now); }, event);
    state_->pump(now);
    state_->plan_next();
}

std::vector<Action> Node::take_actions() {
    return std::exchange(state_->actions, {});
}

std::optional<Time> Node::next_deadline() const {
    return state_->due;
}

LeaderStatus Node::leader() const {
    LeaderStatus status;
    status.view = state_->cluster.leader_view();
    status.self = state_->cluster.leading();
    status.coverage = state_->cluster.coverage();
    if (state_->cluster.leader_session()) {
        const std::uint32_t known = status.coverage.known;
        status.coverage =
            state_->search.leader_coverage().value_or(protocol::Coverage{known, known});
    }
    return status;
}

std::vector<PeerId> Node::standbys() const {
    return state_->cluster.standbys();
}

std::vector<PeerView> Node::peers(Time now) const {
    const auto& cluster = state_->cluster;
    const PeerId leader = cluster.leader_view().leader;
    std::vector<PeerView> views;
    PeerView self;
    self.peer = cluster.self().peer;
    self.name = cluster.self().name;
    self.self = self.online = true;
    self.leader = cluster.leading();
    self.files = cluster.files();
    self.bytes = cluster.bytes();
    self.program_version = cluster.self().program_version;
    self.since_seen = Duration{};
    views.push_back(std::move(self));
    const auto bans = state_->downloads.banned(now);
    const std::map<PeerId, Time> banned_until(bans.begin(), bans.end());
    for (const auto& [peer, known] : cluster.members().all()) {
        const bool by_roster = cluster.leader_session() && known.online_at_leader;
        PeerView view;
        view.peer = peer;
        view.name = known.name;
        view.addresses = known.addresses;
        view.online = cluster.is_live(peer) || by_roster;
        view.leader = peer == leader;
        view.files = known.files;
        view.bytes = known.bytes;
        view.program_version = known.program_version;
        if (known.seen) view.since_seen = now - *known.seen;
        const auto ban = banned_until.find(peer);
        if (ban != banned_until.end()) view.ban_left = ban->second - now;
        views.push_back(std::move(view));
    }
    return views;
}

std::size_t Node::peer_count() const {
    return state_->cluster.members().size() + 1;
}

std::vector<FalseAnswer> Node::false_answers(Time now) const {
    std::vector<FalseAnswer> found;
    const auto& cluster = state_->cluster;
    for (const auto& [peer, what] : cluster.distrusted()) {
        if (cluster.is_live(peer)) found.push_back({peer, what});
    }
    const PeerId leader = cluster.leader_view().leader;
    const auto struck = state_->audit.struck(leader);
    const bool once = struck && now - *struck <= LeaderAudit::kStrikesWithin;
    if (once && !cluster.distrusted().contains(leader))
        found.push_back({leader, "it left out once what somebody shares"});
    return found;
}

std::optional<cluster::OutOfReach> Node::out_of_reach() const {
    return state_->cluster.out_of_reach();
}

std::size_t Node::owners_cut_short() const {
    return state_->cluster.registry().owners_cut_short();
}

std::optional<PeerId> Node::told_of_twin() const {
    return state_->cluster.told_of_twin();
}

std::vector<protocol::Address> Node::addresses_of(const PeerId& peer) const {
    const auto* known = state_->cluster.members().find(peer);
    return known == nullptr ? std::vector<protocol::Address>{} : known->addresses;
}

std::string Node::name_of(const PeerId& peer) const {
    if (peer == state_->cluster.self().peer) return state_->cluster.self().name;
    const auto* known = state_->cluster.members().find(peer);
    return known == nullptr ? std::string() : known->name;
}

const swarm::Swarm& Node::swarm() const {
    return state_->downloads;
}

protocol::LeaderView Node::leader_view() const {
    return state_->cluster.leader_view();
}

CatalogState Node::catalog() const {
    return state_->cluster.catalog();
}

}  // namespace iwant::node
