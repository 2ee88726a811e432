#include <algorithm>

#include "core/cluster/cluster.h"
#include "core/protocol/limits.h"

// The part of Cluster that carries out what the election decides, and speaks for it.

namespace iwant::cluster {

using std::chrono::milliseconds;

namespace {
constexpr Duration kRosterJoin = milliseconds(200);
}  // namespace

void Cluster::perform_effects(Time now) {
    count_followers(now);
    for (const auto& effect : election_.take_effects())
        std::visit([&](const auto& one) { perform(one, now); }, effect);
}

void Cluster::perform(const Election::ClaimToAll&, Time) {
    if (leading()) send_to_all(protocol::LeaderClaim{election_.view(), followers()});
}

void Cluster::perform(const Election::ClaimTo& effect, Time) {
    const auto session = session_to(effect.peer);
    if (session && leading()) send(*session, protocol::LeaderClaim{election_.view(), followers()});
}

void Cluster::perform(const Election::ViewTo& effect, Time) {
    const auto session = session_to(effect.peer);
    if (session) send(*session, protocol::Ping{++ping_sequence_, election_.view()});
}

// Followers that have no session to the successor learn where it is.
void Cluster::perform(const Election::ResignToAll& effect, Time) {
    const KnownMember* successor = members_.find(effect.successor);
    for (const auto& [id, session] : sessions_.all()) {
        if (successor != nullptr && session.peer != effect.successor)
            show(id, effect.successor, {effect.view.epoch, effect.successor});
        send(id, protocol::LeaderResigns{effect.view, effect.successor});
    }
}

void Cluster::perform(const Election::AskVotes& effect, Time) {
    for (const PeerId& voter : effect.voters) {
        if (const auto session = session_to(voter))
            send(*session, protocol::PreVoteRequest{effect.lost});
    }
}

void Cluster::receive(Session& session, const protocol::PreVoteRequest& message, Time now) {
    // A leader that is silent and whose machine answers is still waited for.
    const bool missed = watch_.missed() || distrusted_.contains(election_.view().leader);
    const auto answer =
        election_.vote_on(message.view, missed ? LeaderHealth::doubtful : LeaderHealth::healthy);
    election_.asked_by(session.peer, message.view, now);
    const bool lost = answer == PreVote::Answer::lost;
    send(session.id, protocol::PreVote{message.view, lost});
    statement(session, {message.view.epoch, PeerId{}}, std::nullopt, now);
}

void Cluster::receive(Session& session, const protocol::PreVote& message, Time now) {
    const auto answer = message.lost ? PreVote::Answer::lost : PreVote::Answer::content;
    election_.voted(session.peer, message.view, answer, now);
    // Unasked, it is a complaint about the leader to a standby.
    const bool complains = message.lost && is_standby() && message.view == election_.view();
    if (!complains) return;
    complaints_[session.peer] = now;
    if (complaints_.size() * 2 > sessions_.live_count()) election_.challenge(now);
}

void Cluster::perform(const Election::AskProof& effect, Time) {
    const auto session = session_to(effect.peer);
    if (session) send(*session, follower_proof_.ask(effect.peer, effect.view, effect.followers));
}

void Cluster::receive(Session& session, const protocol::FollowersRequest& message, Time) {
    if (!leading()) return;
    const auto records = registry_.records();
    protocol::FollowersProof proof;
    // We may have claimed again since that question was on its way.
    proof.view = election_.view();
    for (const std::uint32_t position : message.positions) {
        if (position < records.size()) proof.records.push_back(records[position]);
    }
    send(session.id, std::move(proof));
}

void Cluster::receive(Session& session, const protocol::FollowersProof& message, Time now) {
    const auto good = follower_proof_.judge(session.peer, message);
    if (!good) return;
    const auto result = *good ? Election::Proof::good : Election::Proof::bad;
    for (const PeerId& stranger : follower_proof_.strangers(message)) wish_for(stranger, now);
    election_.proof(session.peer, message.view, result, now);
}

// Whoever follows somebody else may tell its changes there only; if we are one of its standbys, it
// registers again.
void Cluster::ask_to_register(const Session& session) {
    registry_.moved_on(session.peer);
    send(session.id,
         protocol::Registered{election_.view(), protocol::Registered::Verdict::not_leader, {}});
}

// Who registered with us as a standby and has since led or followed somebody else told us nothing
// more.
void Cluster::leave_out_strays(const PeerId& led_before) {
    for (const auto& [id, session] : sessions_.all()) {
        const PeerId leader = election_.leader_of(session.peer);
        const bool told_us = leader == led_before && leader != session.peer;
        const bool strays = !leader.is_zero() && leader != self_.peer && !told_us;
        if (strays) ask_to_register(session);
    }
}

// Leaders settle between themselves who stays: ours learns of the other one.
void Cluster::perform(const Election::RivalSeen& effect, Time) {
    const auto ours = leader_session();
    const Session* rival = sessions_.of(effect.peer);
    if (ours && rival != nullptr) show(*ours, effect.peer, {0, effect.peer});
}

void Cluster::perform(const Election::ViewChanged&, Time now) {
    const protocol::LeaderView view = election_.view();
    const Session* session = sessions_.of(view.leader);
    // The same leader in the same epoch may be another run of it.
    const bool other_run = session != nullptr && session->instance != leader_instance_;
    if (view == acted_view_ && !(election_.following() && other_run)) return;
    // A leader that is left because it went quiet does not count as alive until it is heard again.
    Session* left = sessions_.of(acted_view_.leader);
    if (left != nullptr && view.leader != acted_view_.leader && watch_.doubtful(now)) {
        fell_silent(*left, now);
        election_.peer_gone(left->peer);
    }
    const PeerId led_before = acted_view_.leader.is_zero() ? led_last_ : acted_view_.leader;
    if (!view.leader.is_zero()) led_last_ = view.leader;
    if (view.leader != acted_view_.leader) leader_since_ = now;
    acted_view_ = view;
    holders_changed_ = wishes_changed_ = true;
    counted_.reset();
    complaints_.clear();
    watch_.end();
    actions_.push_back(LeaderChanged{});
    if (leading()) {
        leave_out_strays(led_before);
        announcer_.role_changed(Role::leading, now);
        roster_book_.clear();
        appoint_at_ = now + kRosterJoin;
        roster_changed(kRosterJoin, now);
    } else {
        announcer_.role_changed(election_.following() ? Role::following : Role::searching, now);
        if (election_.following() && session != nullptr) {
            leader_instance_ = session->instance;
            watch_.begin(now);
        }
    }
    keeping_changed(now);
}

}  // namespace iwant::cluster
