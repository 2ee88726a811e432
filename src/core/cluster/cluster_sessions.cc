#include <algorithm>

#include "core/cluster/cluster.h"
#include "core/protocol/limits.h"

// The part of Cluster that follows sessions from their opening to their end.

namespace iwant::cluster {

using protocol::Goodbye;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kRegaining = milliseconds(300);
constexpr Duration kDoubt = milliseconds(1500);
constexpr Duration kRosterJoin = milliseconds(200);
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
    const auto loser = sessions_.open(event, now);
    if (loser) actions_.push_back(Disconnect{*loser, Goodbye::Reason::duplicate});
    if (loser == event.session) return;
    if (loser) {
        actions_.push_back(SessionGone{*loser});
        registry_.left(event.peer, Registry::Leaving::lost, now);
    }
    const bool leader_reborn = election_.following() && event.peer == election_.view().leader &&
                               event.hello.instance != leader_instance_;
    if (leader_reborn) {
        regaining_until_.reset();
        election_.leader_lost(now);
    }
    if (reborn) actions_.push_back(PeerOffline{event.peer});
    if (reborn) election_.peer_gone(event.peer);
    if (!known || reborn) actions_.push_back(PeerOnline{event.peer});
    welcome(event, now);
    settle(now);
}

void Cluster::welcome(const SessionOpened& event, Time now) {
    KnownMember& member = members_.learn(event.peer);
    member.name = event.hello.name;
    member.program_version = event.hello.program_version;
    member.seen = now;
    members_.reached_at(event.peer, event.address);
    actions_.push_back(RememberPeer{event.peer, member.name, event.address});
    needed_until_.erase(event.peer);
    election_.peer_live(event.peer);
    if (leading())
        send(event.session, protocol::LeaderClaim{election_.view(), registry_.followers()});
    const bool regained = election_.following() && event.peer == election_.view().leader;
    Session* session = sessions_.find(event.session);
    statement(*session, event.hello.leader, std::nullopt, now);
    if (regained && election_.view().leader == event.peer) {
        regaining_until_.reset();
        registration_.leader_found(event.session, election_.view(), now);
        collect(registration_);
    }
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
    roster_changed(kRosterJoin, now);
    if (session.stopping || session.peer != election_.view().leader) return;
    leader_session_closed(session.peer, now);
}

// A connection may break while its ends live: one quick attempt to get it back before an election.
void Cluster::leader_session_closed(const PeerId& leader, Time now) {
    registration_.leader_gone();
    if (dialer_.redial(leader, now)) {
        regaining_until_ = now + kRegaining;
    } else {
        election_.leader_lost(now);
    }
}

void Cluster::leader_silent(Session& session, Time now) {
    session.silent = true;
    election_.leader_lost(now);
    election_.peer_gone(session.peer);
}

// Pings the quiet, ends the dead.
void Cluster::tend_sessions(Time now) {
    std::vector<SessionId> dead;
    for (auto& [id, session] : sessions_.all()) {
        const auto allowed = sessions_.patience(session, election_.view().leader);
        const bool leads = session.peer == election_.view().leader;
        if (now - session.heard >= allowed.end) {
            if (leads && !session.silent) {
                leader_silent(session, now);
            } else {
                dead.push_back(id);
            }
            continue;
        }
        if (now - std::max(session.heard, session.pinged) < allowed.ping) continue;
        session.pinged = now;
        send(id, protocol::Ping{++ping_sequence_, election_.view()});
    }
    for (const SessionId id : dead) {
        actions_.push_back(Disconnect{id, Goodbye::Reason::limit});
        gone(Session(*sessions_.find(id)), now);
    }
}

LeaderHealth Cluster::leader_health(Time now) const {
    const Session* session = sessions_.of(election_.view().leader);
    const bool well = session != nullptr && !session->silent && now - session->heard <= kDoubt;
    return well ? LeaderHealth::healthy : LeaderHealth::doubtful;
}

}  // namespace iwant::cluster
