#include "core/cluster/election.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using protocol::LeaderView;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kSettling = seconds(1);
constexpr Duration kHintPatience = seconds(2);
constexpr Duration kChoicePatience = seconds(2);
constexpr Duration kChoiceJitter = seconds(1);
constexpr Duration kSuccessorPatience = milliseconds(500);
constexpr Duration kAnswerGap = milliseconds(500);
constexpr Duration kReminder = seconds(1);
// Epochs rise by one for each change of leader; nobody's first contact is with more than this.
constexpr std::uint64_t kFirstEpochMax = 1'000'000;

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
}

bool Election::believable(const LeaderView& view) {
    const std::uint64_t most = fresh_ ? std::max(kFirstEpochMax, view_.epoch) : view_.epoch;
    if (view.epoch <= most + protocol::kEpochJumpMax) return true;
    logger_.warning("ignored an epoch that is too far ahead " + brief(view) +
                    " ours=" + std::to_string(view_.epoch));
    return false;
}

void Election::says(const PeerId& peer, const LeaderView& view,
                    std::optional<std::uint32_t> followers, LeaderHealth health, Time now) {
    const auto found = live_.find(peer);
    if (found == live_.end() || !believable(view)) return;
    Statement& statement = found->second;
    statement.view = view;
    statement.claims = view.leader == peer;
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
    const Claim theirs{peer, statement.view.epoch, statement.followers};
    if (beats(own_claim(), theirs)) {
        if (theirs.epoch >= view_.epoch) {
            claim(theirs.epoch + 1, now);
        } else {
            answer(statement, ClaimTo{peer}, now);
        }
        return;
    }
    logger_.info("gives way to another leader leader=" + peer.brief() +
                 " epoch=" + std::to_string(theirs.epoch));
    if (theirs.epoch < view_.epoch) effects_.push_back(ClaimTo{peer});
    effects_.push_back(ResignToAll{view_, peer});
    if (theirs.epoch >= view_.epoch) {
        follow(peer, theirs.epoch);
    } else {
        // It will claim again above our epoch as soon as it hears of it.
        lose_leader(now + kSettling, now);
    }
}

// We follow somebody, and another one claims the lead in our epoch or a later one.
void Election::candidate(const PeerId& peer, Statement& statement, LeaderHealth health, Time now) {
    const bool later = statement.view.epoch > view_.epoch;
    const bool established = statement.counted && statement.followers > 0;
    if (later && (established || health == LeaderHealth::doubtful)) {
        follow(peer, statement.view.epoch);
        return;
    }
    answer(statement, ViewTo{peer}, now);
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
            claim(theirs.epoch + 1, now);
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

void Election::hinted(const LeaderView& view, Time now) {
    if (!view_.leader.is_zero() || hint_used_) return;
    if (view.leader.is_zero() || view.leader == self_ || view.leader == lost_) return;
    if (view.epoch < view_.epoch) return;
    hint_used_ = true;
    electable_at_ = std::max(electable_at_, now + kHintPatience);
    patience_ends_ = std::max(patience_ends_, electable_at_ + prng_.below(kChoiceJitter));
}

void Election::resigned(const PeerId& peer, const PeerId& successor, Time now) {
    const auto found = live_.find(peer);
    if (found != live_.end()) found->second.claims = false;
    if (view_.leader != peer || leading()) return;
    logger_.info("the leader resigned leader=" + peer.brief() + " successor=" + successor.brief());
    lost_ = peer;
    lose_leader(now + kSuccessorPatience, now);
    if (follow_known_claim()) return;
    if (successor == self_) claim(view_.epoch + 1, now);
}

void Election::leader_lost(Time now) {
    if (!following()) return;
    logger_.info("the leader is gone leader=" + view_.leader.brief());
    lost_ = view_.leader;
    live_.erase(lost_);
    lose_leader(now, now);
    follow_known_claim();
}

void Election::stalled(Time now) {
    if (leading()) {
        logger_.warning("stood still for too long, gives up the lead " + brief(view_));
        effects_.push_back(ResignToAll{view_, PeerId{}});
    }
    if (following()) return;
    lose_leader(now + kSettling, now);
}

void Election::resign(const PeerId& successor) {
    if (leading()) effects_.push_back(ResignToAll{view_, successor});
    view_.leader = PeerId{};
}

void Election::lose_leader(Time electable_at, Time now) {
    view_.leader = PeerId{};
    electable_at_ = electable_at;
    patience_ends_ = std::max(now, electable_at) + kChoicePatience + prng_.below(kChoiceJitter);
    hint_used_ = false;
    effects_.push_back(ViewChanged{});
}

// After a loss: somebody whose claim we did not need until now.
bool Election::follow_known_claim() {
    std::optional<Claim> best;
    for (const auto& [peer, statement] : live_) {
        if (!statement.claims || statement.view.epoch < view_.epoch) continue;
        const Claim claim{peer, statement.view.epoch, statement.followers};
        if (!best || beats(claim, *best)) best = claim;
    }
    if (!best) return false;
    follow(best->leader, best->epoch);
    return true;
}

void Election::claim(std::uint64_t epoch, Time now) {
    view_ = {epoch, self_};
    remind_at_ = now + kReminder;
    for (auto& [peer, statement] : live_) statement.answered = now;
    logger_.info("takes the lead " + brief(view_));
    effects_.push_back(ViewChanged{});
    effects_.push_back(ClaimToAll{});
}

void Election::follow(const PeerId& leader, std::uint64_t epoch) {
    view_ = {epoch, leader};
    fresh_ = false;
    logger_.info("follows " + brief(view_));
    effects_.push_back(ViewChanged{});
}

// Whether we are the one that all would choose among the peers we know to be alive.
bool Election::is_choice() const {
    const std::uint64_t epoch = view_.epoch + 1;
    const Hash256 own = election_rank(epoch, self_);
    return std::ranges::none_of(
        live_, [&](const auto& entry) { return election_rank(epoch, entry.first) < own; });
}

void Election::advance(Time now) {
    if (leading()) {
        if (now >= remind_at_) remind_others(now);
        return;
    }
    if (following() || now < electable_at_) return;
    if (follow_known_claim()) return;
    if (now >= patience_ends_ || is_choice()) claim(view_.epoch + 1, now);
}

// Messages cross and get lost with their sessions: whoever does not follow us hears again that we
// lead.
void Election::remind_others(Time now) {
    remind_at_ = now + kReminder;
    for (auto& [peer, statement] : live_) {
        if (statement.view != view_) answer(statement, ClaimTo{peer}, now);
    }
}

void Election::answer(Statement& statement, Effect effect, Time now) {
    if (statement.answered && now - *statement.answered < kAnswerGap) return;
    statement.answered = now;
    effects_.push_back(std::move(effect));
}

std::optional<Time> Election::next_deadline() const {
    if (leading()) return remind_at_;
    if (following()) return std::nullopt;
    return is_choice() ? electable_at_ : std::max(electable_at_, patience_ends_);
}

std::vector<Election::Effect> Election::take_effects() {
    return std::exchange(effects_, {});
}

}  // namespace iwant::cluster
