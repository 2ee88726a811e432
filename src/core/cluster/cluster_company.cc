#include <algorithm>
#include <utility>

#include "core/cluster/cluster.h"
#include "core/protocol/limits.h"

// The part of Cluster that keeps company: the members, the standbys, and whom else one can ask.

namespace iwant::cluster {

using std::chrono::seconds;

namespace {
// A follower that was here this long stands by; before, only for want of anybody else.
constexpr Duration kAppointAgain = seconds(5);
constexpr Duration kRosterJoinPerMember = std::chrono::milliseconds(2);
constexpr std::size_t kDistrustedMax = 64;
// An election and the dials to whoever won it are over by then.
constexpr Duration kOutOfReachAfter = seconds(8);
}  // namespace

void Cluster::appoint_due(Time now) {
    if (!appoint_at_ || *appoint_at_ > now) return;
    appoint_at_.reset();
    if (!leading()) return;
    std::vector<Succession::Candidate> candidates;
    std::vector<Succession::Candidate> flapping;
    for (const auto& [id, session] : sessions_.all()) {
        if (!sessions_.is_live(session.peer) || !registry_.registered(session.peer)) continue;
        auto& list = election_.barred(session.peer, now) ? flapping : candidates;
        list.push_back({session.peer, session.opened});
    }
    if (candidates.empty()) candidates = std::move(flapping);
    if (!succession_.appoint(std::move(candidates))) return;
    holders_changed_ = wishes_changed_ = true;
    election_.set_standbys(succession_.standbys());
    for (const PeerId& standby : succession_.standbys()) {
        if (const auto session = session_to(standby)) tell_standbys(*session);
    }
    for (const auto& [id, session] : sessions_.all()) {
        const bool told = succession_.contains(session.peer);
        if (!told && registry_.registered(session.peer)) tell_standbys(id);
    }
}

void Cluster::tell_standbys(SessionId session) {
    protocol::Standbys message;
    message.view = election_.view();
    for (const PeerId& standby : succession_.standbys()) {
        if (const KnownMember* known = members_.find(standby))
            message.members.push_back(describe(standby, *known));
    }
    send(session, std::move(message));
}

void Cluster::receive(Session& session, const protocol::Standbys& message, Time now) {
    if (leader_session() != session.id || message.view != election_.view()) return;
    std::vector<PeerId> standbys;
    for (const auto& member : message.members) {
        standbys.push_back(member.peer);
        if (member.peer == self_.peer) continue;
        KnownMember& known = members_.learn(member.peer);
        if (known.name.empty()) known.name = member.name;
        for (const auto& address : member.addresses) {
            members_.said_to_be_at(member.peer, address);
            dialer_.suggested(member.peer, address, Dialer::Source::heard, now);
        }
        dialer_.hurry(member.peer, now);
    }
    if (!succession_.told(std::move(standbys))) return;
    holders_changed_ = wishes_changed_ = true;
    election_.set_standbys(succession_.standbys());
    keeping_changed(now);
}

// We lead or stand by now, or neither any more.
void Cluster::keeping_changed(Time now) {
    if (leading()) {
        registry_.begin(now);
    } else if (is_standby() && !kept_index_) {
        registry_.begin(now);
    } else if (!keeps_index() && kept_index_ && election_.following()) {
        registry_.end(now);
    }
    if (keeps_index() || election_.following()) kept_index_ = keeps_index();
}

void Cluster::keep_registrations(Time now) {
    if (!std::exchange(holders_changed_, false)) return;
    std::vector<Registrations::Holder> holders;
    const auto add = [&](const PeerId& peer) {
        const Session* session = sessions_.of(peer);
        if (peer != self_.peer && session != nullptr && !session->stopping)
            holders.push_back({peer, session->id});
    };
    if (election_.following()) add(election_.view().leader);
    for (const PeerId& standby : succession_.standbys()) {
        if (standby != election_.view().leader) add(standby);
    }
    registrations_.keep(holders, election_.view(), members_.size(), now);
}

// The more members, the more changes travel together.
void Cluster::roster_changed(Duration delay, Time now) {
    const Time when = now + delay + kRosterJoinPerMember * members_.size();
    if (!roster_at_ || *roster_at_ > when) roster_at_ = when;
}

// Followers hear of members that are new or another than they were told.
void Cluster::roster_due(Time now) {
    if (!roster_at_ || *roster_at_ > now) return;
    roster_at_.reset();
    if (!leading()) return;
    if (!appoint_at_ && succession_.standbys().size() < protocol::kStandbysMax)
        appoint_at_ = now + kAppointAgain;
    const auto rosters = roster_book_.changes(election_.view(), describe_all());
    for (const auto& [peer, owner] : registry_.owners()) {
        const auto session = session_to(peer);
        if (!owner.registered || !owner.record || !session) continue;
        for (const auto& roster : rosters) send(*session, roster);
    }
}

void Cluster::tell_roster(SessionId session) {
    if (roster_book_.empty()) roster_book_.changes(election_.view(), describe_all());
    for (auto& roster : roster_book_.whole(election_.view())) send(session, std::move(roster));
}

std::vector<protocol::Member> Cluster::describe_all() const {
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
    return members;
}

std::vector<SessionId> Cluster::standby_sessions() const {
    std::vector<SessionId> sessions;
    for (const PeerId& standby : succession_.standbys()) {
        const Session* session = sessions_.of(standby);
        const bool live = session != nullptr && sessions_.is_live(standby);
        if (live && registrations_.accepted_by(standby)) sessions.push_back(session->id);
    }
    return sessions;
}

bool Cluster::is_standby() const {
    return !leading() && succession_.contains(self_.peer);
}

std::vector<SessionId> Cluster::fan_out(std::size_t most) const {
    std::vector<SessionId> sessions;
    for (const auto& [id, session] : sessions_.all()) {
        if (sessions.size() >= most) break;
        if (!session.silent && !session.stopping) sessions.push_back(id);
    }
    return sessions;
}

bool Cluster::leader_knows_all() const {
    return std::ranges::all_of(sessions_.all(), [&](const auto& entry) {
        const Session& session = entry.second;
        if (session.silent || session.stopping) return true;
        if (session.peer == election_.view().leader) return true;
        const KnownMember* known = members_.find(session.peer);
        return known != nullptr && known->online_at_leader;
    });
}

std::optional<PeerId> Cluster::leader_beyond(const PeerId& follower) const {
    if (leading() || election_.following()) return std::nullopt;
    const PeerId leader = election_.leader_of(follower);
    const bool beyond = !leader.is_zero() && leader != follower && leader != self_.peer &&
                        sessions_.of(leader) == nullptr;
    return beyond ? std::optional(leader) : std::nullopt;
}

std::optional<OutOfReach> Cluster::out_of_reach() const {
    if (now_ - leader_since_ < kOutOfReachAfter) return std::nullopt;
    for (const auto& [id, session] : sessions_.all()) {
        if (!sessions_.is_live(session.peer)) continue;
        if (const auto leader = leader_beyond(session.peer))
            return OutOfReach{*leader, session.peer};
    }
    return std::nullopt;
}

// It goes on leading until others agree: a standby asks them, everybody else tells the standby.
void Cluster::distrust(const PeerId& leader, std::string why) {
    if (distrusted_.contains(leader) || distrusted_.size() >= kDistrustedMax) return;
    logger_.warning("the leader hides what others share leader=" + leader.brief() + " why=" + why);
    distrusted_[leader] = std::move(why);
    election_.distrust(leader, now_);
    const auto standbys = standby_sessions();
    if (election_.view().leader == leader && !standbys.empty())
        send(standbys.front(), protocol::PreVote{election_.view(), true});
    settle(now_);
}

}  // namespace iwant::cluster
