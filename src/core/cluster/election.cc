#include "core/cluster/election.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/cluster/registrations.h"
#include "core/protocol/limits.h"

namespace iwant::cluster {

using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kSettling = seconds(1);
constexpr Duration kSuccessorPatience = milliseconds(500);
constexpr Duration kAnswerGap = milliseconds(500);
constexpr Duration kReminder = seconds(1);
constexpr Duration kProofPatience = seconds(1);
// Time for a claim to be heard and registered with before the next one answers it.
constexpr Duration kDuelGap = milliseconds(300);
constexpr Duration kDuelMemory = seconds(10);
constexpr unsigned kDuelsMax = 3;
// Then it may try again: we may have met its followers by now.
constexpr Duration kUnproven = seconds(3);
constexpr Duration kRaiseGap = seconds(1);
constexpr Duration kRaiseGapOfPeer = seconds(10);
// Epochs rise by one for each change of leader; nobody's first contact is with more than this.
constexpr std::uint64_t kFirstEpochMax = 1'000'000;
// So many peers must have seen an epoch that is further ahead than jumps are believed.
constexpr std::ptrdiff_t kEpochWitnesses = 3;

std::string brief(const LeaderView& view) {
    return "epoch=" + std::to_string(view.epoch) + " leader=" + view.leader.brief();
}
}  // namespace

Election::Election(PeerId self, Prng prng, Logger& logger, Time now)
    : self_(self), prng_(prng), logger_(logger) {
    lose_leader(now + kSettling, now);
    effects_.clear();
}

void Election::set_followers(std::uint32_t followers) {
    followers_ = followers;
    if (leading() && followers > 0) fresh_ = false;
}

void Election::peer_live(const PeerId& peer) {
    live_[peer];
}

void Election::peer_gone(const PeerId& peer) {
    live_.erase(peer);
    vote_.voter_gone(peer);
}

bool Election::follows_us(const PeerId& peer) const {
    const auto found = live_.find(peer);
    return found != live_.end() && found->second.view.leader == self_;
}

PeerId Election::leader_of(const PeerId& peer) const {
    const auto found = live_.find(peer);
    return found == live_.end() ? PeerId{} : found->second.view.leader;
}

// A jump is believed when several peers have seen it, or all that there are and it is one that a
// network could have come to.
bool Election::believable(const LeaderView& view) const {
    const std::uint64_t jump = view_.epoch + protocol::kEpochJumpMax;
    if (view.epoch <= jump || (fresh_ && view.epoch <= kFirstEpochMax)) return true;
    const auto witnesses = std::ranges::count_if(
        live_, [&](const auto& entry) { return entry.second.view.epoch > jump; });
    if (witnesses >= kEpochWitnesses) return view.epoch <= protocol::kEpochMax;
    return witnesses == std::ssize(live_) && view.epoch <= kFirstEpochMax;
}

void Election::says(const PeerId& peer, const LeaderView& view,
                    std::optional<std::uint32_t> followers, LeaderHealth health, Time now) {
    const auto found = live_.find(peer);
    if (found == live_.end()) return;
    Statement& statement = found->second;
    statement.view = view;
    statement.claims = view.leader == peer;
    if (!believable(view)) {
        statement.claims = false;
        logger_.warning("ignored an epoch that is too far ahead " + brief(view) +
                        " ours=" + std::to_string(view_.epoch));
        return;
    }
    if (followers) statement.followers = *followers;
    statement.counted = statement.claims && (statement.counted || followers);
    if (statement.claims) {
        claimed(peer, statement, health, now);
    } else {
        contradicted(peer, statement, now);
    }
}

void Election::claimed(const PeerId& peer, Statement& statement, LeaderHealth health, Time now) {
    const std::uint64_t epoch = statement.view.epoch;
    if (leading()) {
        if (statement.counted) rival(peer, statement, now);
    } else if (view_.leader == peer) {
        if (epoch > view_.epoch) follow(peer, epoch);
    } else if (epoch < view_.epoch) {
        answer(statement, ViewTo{peer}, now);
    } else if (!following()) {
        follow(peer, epoch);
    } else {
        candidate(peer, statement, health, now);
    }
}

// Two leaders met.
void Election::rival(const PeerId& peer, Statement& statement, Time now) {
    const LeaderView theirs = statement.view;
    const Claim claim{peer, theirs.epoch, unproven(statement, now) ? 0 : statement.followers};
    if (!beats(own_claim(), claim)) {
        if (!wants_proof(peer, statement, now)) give_way(peer, theirs.epoch, now);
    } else if (theirs.epoch < view_.epoch || !duel(statement, now)) {
        answer(statement, ClaimTo{peer}, now);
    }
}

// Claims above the rival's epoch. Both judge by the same facts, unless only one of them has met the
// other's followers, or one lies: then nobody gains by going on, and both wait for what is next.
bool Election::duel(Statement& statement, Time now) {
    if (statement.dueled && now - *statement.dueled >= kDuelMemory) statement.duels = 0;
    if (statement.duels >= kDuelsMax) return false;
    if (dueled_ && now - *dueled_ < kDuelGap) return false;
    ++statement.duels;
    statement.dueled = dueled_ = now;
    claim(statement.view.epoch + 1, now);
    return true;
}

bool Election::unproven(const Statement& statement, Time now) const {
    return statement.unproven == statement.view && now - statement.unproven_at < kUnproven;
}

// Numbers are cheap: before a leader gives way to a greater one, some of those followers must have
// signed that they follow it.
bool Election::wants_proof(const PeerId& peer, Statement& statement, Time now) {
    const bool decisive = statement.followers > followers_ &&
                          statement.unproven != statement.view && statement.duels < kDuelsMax;
    if (!decisive || statement.proven == statement.view) return false;
    if (statement.proof_asked && now - *statement.proof_asked < kProofPatience) return true;
    statement.proof_asked = now;
    effects_.push_back(AskProof{peer, statement.view, statement.followers});
    return true;
}

void Election::proof(const PeerId& peer, const LeaderView& view, Proof result, Time now) {
    const auto found = live_.find(peer);
    if (found == live_.end()) return;
    Statement& statement = found->second;
    statement.proof_asked.reset();
    if (statement.view != view) return;
    (result == Proof::good ? statement.proven : statement.unproven) = view;
    statement.unproven_at = now;
    if (result == Proof::bad)
        logger_.warning("a leader could not prove its followers leader=" + peer.brief());
    if (leading() && statement.claims) rival(peer, statement, now);
}

void Election::give_way(const PeerId& peer, std::uint64_t epoch, Time now) {
    logger_.info("gives way to another leader leader=" + peer.brief() +
                 " epoch=" + std::to_string(epoch));
    if (epoch < view_.epoch) effects_.push_back(ClaimTo{peer});
    effects_.push_back(ResignToAll{view_, peer});
    if (epoch >= view_.epoch) {
        follow(peer, epoch);
    } else {
        // It will claim again above our epoch as soon as it hears of it.
        lose_leader(now + kSettling, now);
    }
}

// We follow somebody, and another one claims the lead in our epoch or a later one. Leaders settle
// that between themselves: ours learns of the other, the other of ours.
void Election::candidate(const PeerId& peer, Statement& statement, LeaderHealth health, Time now) {
    if (statement.view.epoch > view_.epoch && health == LeaderHealth::doubtful) {
        follow(peer, statement.view.epoch);
        return;
    }
    if (statement.answered && now - *statement.answered < kAnswerGap) return;
    effects_.push_back(RivalSeen{peer});
    answer(statement, ViewTo{peer}, now);
}

// Who has seen a later epoch than ours does not follow us before we claim above it. Each claim
// makes everybody register again, so nobody can ask for that as often as it likes.
void Election::rise_above(Statement& statement, Time now) {
    if (statement.raised && now - *statement.raised < kRaiseGapOfPeer) return;
    if (raised_ && now - *raised_ < kRaiseGap) return;
    statement.raised = raised_ = now;
    claim(statement.view.epoch + 1, now);
}

// A peer that does not lead says what it believes.
void Election::contradicted(const PeerId& peer, Statement& statement, Time now) {
    const LeaderView& theirs = statement.view;
    if (view_.leader == peer) {
        if (theirs.epoch < view_.epoch) return;
        logger_.info("the leader says that it does not lead leader=" + peer.brief());
        lost_ = peer;
        lose_leader(now + kSuccessorPatience, now);
        view_.epoch = std::max(view_.epoch, theirs.epoch);
        follow_known_claim();
        return;
    }
    if (leading()) {
        const bool ahead = theirs.epoch > view_.epoch;
        if (ahead && (theirs.leader.is_zero() || theirs.leader == self_)) {
            rise_above(statement, now);
        } else if (theirs != view_) {
            answer(statement, ClaimTo{peer}, now);
        }
        return;
    }
    if (!following() && theirs.leader != self_) {
        // Knowing the epoch keeps a claim of ours above it.
        if (theirs.epoch > view_.epoch) {
            view_.epoch = theirs.epoch;
            effects_.push_back(ViewChanged{});
        }
        hinted(theirs, now);
    }
}

void Election::claim(std::uint64_t epoch, Time now) {
    view_ = {epoch, self_};
    // Who follows says so when it registers.
    remind_at_ = now + kReminder + registration_spread(live_.size());
    for (auto& [peer, statement] : live_) statement.answered = now;
    logger_.info("takes the lead " + brief(view_));
    effects_.push_back(ViewChanged{});
    effects_.push_back(ClaimToAll{});
}

void Election::follow(const PeerId& leader, std::uint64_t epoch) {
    view_ = {epoch, leader};
    fresh_ = false;
    vote_.end();
    asked_ = {};
    logger_.info("follows " + brief(view_));
    effects_.push_back(ViewChanged{});
}

// Messages cross and get lost with their sessions: whoever does not follow us hears again that we
// lead. A rival that did not prove its followers in time has none.
void Election::remind_others(Time now) {
    remind_at_ = now + kReminder;
    std::vector<PeerId> unproven;
    Statement* ahead = nullptr;
    for (auto& [peer, statement] : live_) {
        const LeaderView& theirs = statement.view;
        const bool led_by_none = theirs.leader.is_zero() || theirs.leader == self_;
        if (theirs.epoch > view_.epoch && led_by_none && believable(theirs)) ahead = &statement;
        if (statement.view != view_) answer(statement, ClaimTo{peer}, now);
        const bool late = statement.proof_asked && now - *statement.proof_asked >= kProofPatience;
        if (late) unproven.push_back(peer);
    }
    if (ahead != nullptr) rise_above(*ahead, now);
    for (const PeerId& peer : unproven) {
        if (leading()) proof(peer, live_.at(peer).view, Proof::bad, now);
    }
}

void Election::answer(Statement& statement, Effect effect, Time now) {
    if (statement.answered && now - *statement.answered < kAnswerGap) return;
    statement.answered = now;
    effects_.push_back(std::move(effect));
}

std::vector<Election::Effect> Election::take_effects() {
    return std::exchange(effects_, {});
}

}  // namespace iwant::cluster
