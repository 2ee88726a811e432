#include <algorithm>

#include "core/cluster/cluster.h"
#include "core/protocol/limits.h"

// The part of Cluster that follows sessions from their opening to their end.

namespace iwant::cluster {

using protocol::Goodbye;
using std::chrono::milliseconds;

namespace {
constexpr Duration kRosterJoin = milliseconds(200);
constexpr Duration kSilentEnd = std::chrono::seconds(12);
constexpr Duration kTendSoon = std::chrono::seconds(5);
}  // namespace

void Cluster::handle(const SessionOpened& event, Time now) {
    if (stopped_ || event.peer == self_.peer) {
        actions_.push_back(Disconnect{
            event.session, stopped_ ? Goodbye::Reason::stopping : Goodbye::Reason::duplicate});
        return;
    }
    dialer_.opened(event, now);
    const Session* old = sessions_.of(event.peer);
    const bool known = old != nullptr;
    const bool reborn = known && old->instance != event.hello.instance;
    auto reason = Goodbye::Reason::duplicate;
    if (reborn) {
        if (!may_replace(*old, event, now)) return settle(now);
        if (twins_.known(event.peer)) reason = Goodbye::Reason::identity;
    }
    const auto loser = sessions_.open(event, now);
    if (loser) actions_.push_back(Disconnect{*loser, reason});
    if (loser == event.session) return;
    if (loser) {
        actions_.push_back(SessionGone{*loser});
        registry_.left(event.peer, Registry::Leaving::lost, now);
    }
    const bool leader_reborn = election_.following() && event.peer == election_.view().leader &&
                               event.hello.instance != leader_instance_;
    if (leader_reborn) election_.leader_lost(now);
    if (reborn) actions_.push_back(PeerOffline{event.peer});
    if (reborn) election_.peer_gone(event.peer);
    if (!known || reborn) actions_.push_back(PeerOnline{event.peer});
    welcome(event, now);
    settle(now);
}

// Whether a run of this peer may take the place of another one. Not if both go on. The last words
// of a run that is over may come after the first ones of the next: they prove nothing.
bool Cluster::may_replace(const Session& old, const SessionOpened& incoming, Time now) {
    if (now - incoming.took < old.began) {
        actions_.push_back(Disconnect{incoming.session, Goodbye::Reason::duplicate});
        return false;
    }
    const auto verdict = twins_.meet(incoming.peer, old.instance, incoming.hello.instance, now);
    if (verdict == Twins::Verdict::restart || verdict == Twins::Verdict::keep_new) return true;
    actions_.push_back(Disconnect{incoming.session, Goodbye::Reason::identity});
    if (verdict == Twins::Verdict::keep_old) return false;
    logger_.warning("two computers have one identity peer=" + incoming.peer.brief());
    actions_.push_back(Disconnect{old.id, Goodbye::Reason::identity});
    gone(Session(old), now);
    return false;
}

void Cluster::welcome(const SessionOpened& event, Time now) {
    KnownMember& member = members_.learn(event.peer);
    member.name = event.hello.name;
    member.program_version = event.hello.program_version;
    member.key = event.key;
    member.seen = now;
    members_.reached_at(event.peer, event.address);
    actions_.push_back(RememberPeer{event.peer, member.name, event.address});
    needed_until_.erase(event.peer);
    holders_changed_ = true;
    tend_at_ = std::min(tend_at_, now + kTendSoon);
    election_.peer_live(event.peer);
    if (leading()) send(event.session, protocol::LeaderClaim{election_.view(), followers()});
    const bool regained = election_.following() && event.peer == election_.view().leader;
    Session* session = sessions_.find(event.session);
    statement(*session, event.hello.leader, std::nullopt, now);
    if (regained && election_.view().leader == event.peer) watch_.session_back(now);
    roster_changed(kRosterJoin, now);
}

void Cluster::handle(const SessionClosed& event, Time now) {
    const Session* session = sessions_.find(event.session);
    if (session == nullptr) return;
    gone(Session(*session), now);
    settle(now);
}

void Cluster::drop(SessionId id, Goodbye::Reason reason, Time now) {
    const Session* session = sessions_.find(id);
    if (session == nullptr) return;
    actions_.push_back(Disconnect{id, reason});
    gone(Session(*session), now);
    settle(now);
}

void Cluster::gone(const Session& session, Time now) {
    sessions_.close(session.id);
    actions_.push_back(SessionGone{session.id});
    actions_.push_back(PeerOffline{session.peer});
    if (auto* member = &members_.learn(session.peer)) member->seen = session.heard;
    election_.peer_gone(session.peer);
    const auto how = session.stopping ? Registry::Leaving::goodbye : Registry::Leaving::lost;
    registry_.left(session.peer, how, now);
    holders_changed_ = wishes_changed_ = true;
    tend_at_ = std::min(tend_at_, now + kTendSoon);
    counted_.reset();
    roster_changed(kRosterJoin, now);
    complaints_.erase(session.peer);
    follower_proof_.rival_gone(session.peer);
    if (leading() && succession_.contains(session.peer)) appoint_at_ = now;
    if (session.stopping || session.peer != election_.view().leader) return;
    // A connection may break while its ends live: one attempt to get it back before an election.
    if (dialer_.redial(session.peer, now)) {
        watch_.session_broke(now);
    } else {
        election_.leader_lost(now);
    }
}

// Pings the quiet, ends the dead.
void Cluster::tend_sessions(Time now) {
    std::vector<SessionId> dead;
    for (auto& [id, session] : sessions_.all()) {
        if (now - session.heard >= session.end) {
            dead.push_back(id);
            continue;
        }
        if (now - std::max(session.heard, session.pinged) < session.ping) continue;
        session.pinged = now;
        send(id, protocol::Ping{++ping_sequence_, election_.view()});
    }
    for (const SessionId id : dead) {
        actions_.push_back(Disconnect{id, Goodbye::Reason::limit});
        gone(Session(*sessions_.find(id)), now);
    }
}

void Cluster::watch_leader(Time now) {
    const PeerId leader = election_.view().leader;
    switch (watch_.due(now)) {
        case LeaderWatch::Need::nothing:
            break;
        case LeaderWatch::Need::ping:
            if (Session* session = sessions_.of(leader)) {
                session->pinged = now;
                send(session->id, protocol::Ping{++ping_sequence_, election_.view()});
            }
            break;
        case LeaderWatch::Need::probe:
            if (!dialer_.redial(leader, now)) watch_.dial_failed();
            break;
        case LeaderWatch::Need::give_up:
            // The session stays open, in case the leader wakes up.
            if (Session* session = sessions_.of(leader)) fell_silent(*session, now);
            election_.leader_lost(now);
            break;
    }
}

// It may wake up, and until then nobody can say that all are covered; but not for long.
void Cluster::fell_silent(Session& session, Time now) {
    session.silent = true;
    session.end = kSilentEnd;
    tend_at_ = now;
}

LeaderHealth Cluster::leader_health(Time now) const {
    const bool well = !watch_.doubtful(now) && !distrusted_.contains(election_.view().leader);
    return well ? LeaderHealth::healthy : LeaderHealth::doubtful;
}

}  // namespace iwant::cluster
