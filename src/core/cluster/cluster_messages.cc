#include <algorithm>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/protocol/limits.h"
#include "core/protocol/statement.h"

// The part of Cluster that answers messages.

namespace iwant::cluster {

using protocol::Goodbye;
using protocol::Registered;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kRosterJoin = milliseconds(200);
constexpr Duration kTotalsJoin = seconds(2);
constexpr Duration kAppointJoin = milliseconds(100);
// Whose files are in our index is missed sooner than others.
constexpr Duration kOwnerPing = seconds(8);
constexpr Duration kOwnerEnd = seconds(20);
constexpr std::size_t kHintMembersMax = 50;
}  // namespace

void Cluster::handle(const MessageReceived& event, Time now) {
    Session* session = sessions_.find(event.session);
    if (session == nullptr || stopped_) return;
    session->heard = now;
    if (session->peer == election_.view().leader) watch_.heard(now);
    members_.learn(session->peer).seen = now;
    if (session->silent) {
        session->silent = false;
        session->end = protocol::kIdleTimeout;
        election_.peer_live(session->peer);
    }
    std::visit([&](const auto& message) { receive(*session, message, now); }, event.message);
    settle(now);
}

void Cluster::statement(Session& session, const protocol::LeaderView& view,
                        std::optional<std::uint32_t> followers, Time now) {
    const PeerId before = election_.leader_of(session.peer);
    election_.says(session.peer, view, followers, leader_health(now), now);
    if (view.leader != before) session.believes_since = now;
    const bool elsewhere = !view.leader.is_zero() && view.leader != election_.view().leader;
    if (keeps_index() && elsewhere && view.leader != before) ask_to_register(session);
    if (view.leader.is_zero() || view.leader == self_.peer || view == election_.view()) {
        if (view.leader.is_zero()) show_leader(session, view);
        return;
    }
    show_leader(session, view);
    const bool stranger = view.leader != session.peer && view.leader != election_.view().leader;
    if (stranger && members_.find(view.leader) != nullptr) wish_for(view.leader, now);
}

// A peer that believes in another leader or none learns where ours is, once for each.
void Cluster::show_leader(Session& session, const protocol::LeaderView& theirs) {
    const protocol::LeaderView& ours = election_.view();
    if (!election_.following() || ours.leader == session.peer || theirs == ours) return;
    if (session.shown == ours) return;
    session.shown = ours;
    show(session.id, ours.leader, ours);
}

// Where somebody is who leads, as a hint to dial it.
void Cluster::show(SessionId to, const PeerId& leader, const protocol::LeaderView& view) {
    const KnownMember* known = members_.find(leader);
    if (known == nullptr) return;
    for (auto& roster : make_rosters(view, 0, RosterKind::whole, {describe(leader, *known)}))
        send(to, std::move(roster));
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
    if (!keeps_index()) {
        registry_.moved_on(session.peer);
        send(session.id, Registered{election_.view(), Registered::Verdict::not_leader, {}});
        return;
    }
    const auto statement_bytes = protocol::registration_statement(message.view, message.sequence);
    if (!signatory_.verify(session.key, statement_bytes, message.signature)) {
        drop(session.id, Goodbye::Reason::protocol, now);
        return;
    }
    const bool newcomer = !registry_.covers(session.peer);
    KnownMember& member = members_.learn(session.peer);
    member.files = message.files;
    member.bytes = message.bytes;
    const Registered answer = registry_.enroll(session.peer, message, election_.view(), now);
    collect(registry_);
    send(session.id, answer);
    session.ping = kOwnerPing;
    session.end = kOwnerEnd;
    if (!leading()) return;
    counted_.reset();
    if (message.view.leader == self_.peer) {
        const protocol::FollowerRecord record{session.key, message.view.epoch, message.sequence,
                                              message.signature};
        if (registry_.signed_up(session.peer, record)) {
            tell_standbys(session.id);
            tell_roster(session.id);
        }
    }
    count_followers(now);
    if (newcomer && !appoint_at_) appoint_at_ = now + kAppointJoin;
    roster_changed(newcomer ? kRosterJoin : kTotalsJoin, now);
}

void Cluster::receive(Session& session, const Registered& message, Time now) {
    statement(session, message.view, std::nullopt, now);
    perform_effects(now);
    registrations_.registered(session.id, message, now);
}

void Cluster::receive(Session& session, const protocol::CatalogUpdate& message, Time now) {
    if (!keeps_index() || !registry_.registered(session.peer)) {
        send(session.id, Registered{election_.view(), Registered::Verdict::not_leader, {}});
        return;
    }
    auto sealed = protocol::open_seal(signatory_, session.key, message.delta, message.seal);
    if (!sealed) {
        logger_.warning("changes came with a wrong seal peer=" + session.peer.brief());
        drop(session.id, Goodbye::Reason::protocol, now);
        return;
    }
    const auto answer = registry_.update(session.peer, message, std::move(*sealed), now);
    collect(registry_);
    if (answer) send(session.id, *answer);
}

void Cluster::receive(Session& session, const protocol::CatalogAck& message, Time now) {
    registrations_.acknowledged(session.id, message, now);
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
        // Without a leader of our own we take their word that theirs is there: what it shares is
        // missing in our answers for as long as we cannot reach it.
        if (!leaders && member.peer == message.view.leader && !leading() && !election_.following())
            members_.learn(member.peer).online_at_leader = true;
        for (const auto& address : member.addresses)
            dialer_.suggested(member.peer, address, Dialer::Source::heard, now);
        if (!leaders && member.peer == message.view.leader) wish_for(member.peer, now);
    }
}

// Its session is closed by its end. The dialer leaves it alone for a while.
void Cluster::told_of_twin(const Session& session, Time now) {
    twins_.told(session.peer, now);
    wishes_changed_ = true;
    logger_.error(
        "another computer uses our identity; stop one of the two and delete identity.key "
        "there says=" +
        session.peer.brief());
}

void Cluster::receive(Session& session, const Goodbye& message, Time now) {
    if (message.reason == Goodbye::Reason::identity) told_of_twin(session, now);
    if (message.reason != Goodbye::Reason::stopping) return;
    session.stopping = true;
    holders_changed_ = true;
    if (session.peer == election_.view().leader) election_.leader_lost(now);
    if (leading() && succession_.contains(session.peer)) appoint_at_ = now;
    election_.peer_gone(session.peer);
    registry_.left(session.peer, Registry::Leaving::goodbye, now);
    collect(registry_);
    roster_changed(kRosterJoin, now);
}

}  // namespace iwant::cluster
