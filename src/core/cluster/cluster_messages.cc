#include <algorithm>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/cluster/roster.h"
#include "core/protocol/limits.h"

// The part of Cluster that answers messages and carries out what the election decided.

namespace iwant::cluster {

using protocol::Goodbye;
using protocol::Registered;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kRosterJoin = milliseconds(200);
constexpr Duration kTotalsJoin = seconds(2);
constexpr std::size_t kHintMembersMax = 50;
}  // namespace

void Cluster::handle(const MessageReceived& event, Time now) {
    Session* session = sessions_.find(event.session);
    if (session == nullptr || stopped_) return;
    session->heard = now;
    members_.learn(session->peer).seen = now;
    if (session->silent) {
        session->silent = false;
        election_.peer_live(session->peer);
    }
    std::visit([&](const auto& message) { receive(*session, message, now); }, event.message);
    settle(now);
}

void Cluster::statement(const Session& session, const protocol::LeaderView& view,
                        std::optional<std::uint32_t> followers, Time now) {
    election_.says(session.peer, view, followers, leader_health(now), now);
    if (view.leader.is_zero() || view.leader == self_.peer || view == election_.view()) {
        if (view.leader.is_zero()) show_leader(*sessions_.find(session.id), view);
        return;
    }
    show_leader(*sessions_.find(session.id), view);
    const bool stranger = view.leader != session.peer && view.leader != election_.view().leader;
    if (stranger && members_.find(view.leader) != nullptr && sessions_.of(view.leader) == nullptr) {
        needed_until_[view.leader] = now + seconds(10);
        dialer_.hurry(view.leader, now);
    }
}

// A peer that believes in another leader or none learns where ours is, once for each.
void Cluster::show_leader(Session& session, const protocol::LeaderView& theirs) {
    const protocol::LeaderView& ours = election_.view();
    if (!election_.following() || ours.leader == session.peer || theirs == ours) return;
    const KnownMember* leader = members_.find(ours.leader);
    if (leader == nullptr || session.shown == ours) return;
    session.shown = ours;
    for (auto& roster : make_rosters(ours, 0, {describe(ours.leader, *leader)}))
        send(session.id, std::move(roster));
}

void Cluster::receive(Session& session, const protocol::Ping& message, Time now) {
    send(session.id, protocol::Pong{message.sequence, election_.view()});
    statement(session, message.leader, std::nullopt, now);
}

void Cluster::receive(Session& session, const protocol::Pong& message, Time now) {
    statement(session, message.leader, std::nullopt, now);
}

void Cluster::receive(Session& session, const protocol::LeaderClaim& message, Time now) {
    if (message.view.leader != session.peer) return;
    statement(session, message.view, message.followers, now);
}

void Cluster::receive(Session& session, const protocol::LeaderResigns& message, Time now) {
    election_.resigned(session.peer, message.successor, now);
}

void Cluster::receive(Session& session, const protocol::Register& message, Time now) {
    statement(session, message.view, std::nullopt, now);
    perform_effects(now);
    session.catalog = message.catalog;
    if (!leading()) {
        send(session.id, Registered{election_.view(), Registered::Verdict::not_leader, {}});
        return;
    }
    const bool newcomer = !registry_.covers(session.peer);
    KnownMember& member = members_.learn(session.peer);
    member.files = message.files;
    member.bytes = message.bytes;
    const Registered answer = registry_.enroll(session.peer, message, election_.view());
    collect(registry_);
    send(session.id, answer);
    election_.set_followers(registry_.followers());
    roster_changed(newcomer ? kRosterJoin : kTotalsJoin, now);
}

void Cluster::receive(Session& session, const Registered& message, Time now) {
    if (leader_session() != session.id) return;
    statement(session, message.view, std::nullopt, now);
    perform_effects(now);
    if (leader_session() == session.id) registration_.registered(message, now);
}

void Cluster::receive(Session& session, const protocol::CatalogUpdate& message, Time) {
    if (!leading()) {
        send(session.id, Registered{election_.view(), Registered::Verdict::not_leader, {}});
        return;
    }
    const auto answer = registry_.update(session.peer, message);
    collect(registry_);
    if (answer) send(session.id, *answer);
}

void Cluster::receive(Session& session, const protocol::CatalogAck& message, Time now) {
    if (leader_session() == session.id) registration_.acknowledged(message, now);
}

void Cluster::receive(Session& session, const protocol::Roster& message, Time now) {
    const bool leaders = leader_session() == session.id;
    if (leaders && message.first) members_.forget_roster();
    std::size_t taken = 0;
    for (const protocol::Member& member : message.members) {
        if (member.peer == self_.peer) continue;
        if (!leaders && ++taken > kHintMembersMax) break;
        if (leaders) {
            members_.told(member);
        } else if (members_.find(member.peer) == nullptr) {
            members_.learn(member.peer).name = member.name;
        }
        if (!member.online) continue;
        for (const auto& address : member.addresses)
            dialer_.suggested(member.peer, address, Dialer::Source::heard, now);
        if (!leaders && member.peer == message.view.leader) {
            needed_until_[member.peer] = now + seconds(10);
            dialer_.hurry(member.peer, now);
        }
    }
}

void Cluster::receive(Session& session, const Goodbye& message, Time now) {
    if (message.reason != Goodbye::Reason::stopping) return;
    session.stopping = true;
    if (session.peer == election_.view().leader) election_.leader_lost(now);
    election_.peer_gone(session.peer);
    registry_.left(session.peer, Registry::Leaving::goodbye, now);
    collect(registry_);
    roster_changed(kRosterJoin, now);
}

void Cluster::perform_effects(Time now) {
    election_.set_followers(registry_.followers());
    for (const auto& effect : election_.take_effects())
        std::visit([&](const auto& one) { perform(one, now); }, effect);
}

void Cluster::perform(const Election::Effect& effect, Time now) {
    const protocol::LeaderClaim claim{election_.view(), registry_.followers()};
    const bool claims = leading();
    if (std::holds_alternative<Election::ViewChanged>(effect)) {
        view_changed(now);
    } else if (std::holds_alternative<Election::ClaimToAll>(effect)) {
        if (claims) send_to_all(claim);
    } else if (const auto* to = std::get_if<Election::ClaimTo>(&effect)) {
        const auto session = session_to(to->peer);
        if (session && claims) send(*session, claim);
    } else if (const auto* view_to = std::get_if<Election::ViewTo>(&effect)) {
        const auto session = session_to(view_to->peer);
        if (session) send(*session, protocol::Ping{++ping_sequence_, election_.view()});
    } else if (const auto* resigned = std::get_if<Election::ResignToAll>(&effect)) {
        send_to_all(protocol::LeaderResigns{resigned->view, resigned->successor});
    }
}

void Cluster::view_changed(Time now) {
    const protocol::LeaderView view = election_.view();
    // The same leader in the same epoch may be another run of it, on another session.
    if (view == acted_view_ && registration_.session() == leader_session()) return;
    const bool led = acted_view_.leader == self_.peer;
    acted_view_ = view;
    regaining_until_.reset();
    registration_.leader_gone();
    actions_.push_back(LeaderChanged{});
    if (leading()) {
        announcer_.role_changed(Role::leading, now);
        if (!led) registry_.begin(now);
        roster_changed(kRosterJoin, now);
        return;
    }
    announcer_.role_changed(election_.following() ? Role::following : Role::searching, now);
    if (!election_.following()) return;
    if (followed_ != view.leader || led) registry_.clear();
    collect(registry_);
    followed_ = view.leader;
    if (const Session* session = sessions_.of(view.leader)) {
        leader_instance_ = session->instance;
        registration_.leader_found(session->id, view, now);
    }
}

void Cluster::roster_changed(Duration delay, Time now) {
    if (!roster_at_ || *roster_at_ > now + delay) roster_at_ = now + delay;
}

void Cluster::roster_due(Time now) {
    if (!roster_at_ || *roster_at_ > now) return;
    roster_at_.reset();
    if (!leading() || registry_.followers() == 0) return;
    std::vector<protocol::Member> members;
    protocol::Member self;
    self.peer = self_.peer;
    self.name = self_.name;
    self.program_version = self_.program_version;
    self.files = files();
    self.bytes = bytes();
    members.push_back(std::move(self));
    for (const auto& [peer, known] : members_.all()) {
        members.push_back(describe(peer, known));
        members.back().online = is_live(peer);
    }
    const auto rosters = make_rosters(election_.view(), ++roster_revision_, members);
    for (const auto& [peer, owner] : registry_.owners()) {
        const auto session = session_to(peer);
        if (!owner.registered || !session) continue;
        for (const auto& roster : rosters) send(*session, roster);
    }
}

}  // namespace iwant::cluster
