#include <algorithm>

#include "core/cluster/election.h"
#include "core/protocol/limits.h"

// The part of Election between two leaders: who may claim, when, and whom it asks before.

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
// Each standby gives those before it this long to take over.
constexpr Duration kStandbyStep = seconds(1);
// Others may notice the loss a moment later than we do.
constexpr Duration kVoteAgain = milliseconds(600);
constexpr Duration kVoteJitter = milliseconds(150);
constexpr std::size_t kLiarsMax = 64;
// Who lost the lead too often waits for everybody else.
constexpr Duration kBarredWaits = seconds(3);
}  // namespace

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
    const auto heir = live_.find(successor);
    const bool merged = heir != live_.end() && heir->second.claims;
    if (!merged) flaps_.lost_lead(peer, now);
    lost_ = peer;
    lose_leader(now + kSuccessorPatience, now);
    if (follow_known_claim()) return;
    if (successor == self_) claim(view_.epoch + 1, now);
}

void Election::leader_lost(Time now) {
    if (!following()) return;
    logger_.info("the leader is gone leader=" + view_.leader.brief());
    lost_ = view_.leader;
    flaps_.lost_lead(lost_, now);
    live_.erase(lost_);
    lose_leader(now, now);
    follow_known_claim();
}

void Election::distrust(const PeerId& peer, Time now) {
    flaps_.bar(peer, now);
    if (liars_.size() < kLiarsMax) liars_.insert(peer);
    if (view_.leader == peer && stands_by()) challenge(now);
}

void Election::stalled(Time now) {
    if (leading()) {
        logger_.warning("stood still for too long, gives up the lead epoch=" +
                        std::to_string(view_.epoch));
        effects_.push_back(ResignToAll{view_, PeerId{}});
        flaps_.lost_lead(self_, now);
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
    vote_.end();
    electable_at_ = electable_at + succession_delay();
    // Whom the leader appointed all the same is wanted.
    if (flaps_.barred(self_, now) && !stands_by()) electable_at_ += kBarredWaits;
    patience_ends_ = std::max(now, electable_at_) + kChoicePatience + prng_.below(kChoiceJitter);
    hint_used_ = false;
    gave_way_to_first_ = false;
    effects_.push_back(ViewChanged{});
}

bool Election::stands_by() const {
    return std::ranges::find(standbys_, self_) != standbys_.end();
}

bool Election::stands_before_us(const PeerId& peer) const {
    const auto ours = std::ranges::find(standbys_, self_);
    return ours != standbys_.end() && std::find(standbys_.begin(), ours, peer) != ours;
}

// A second for each live standby that comes before us.
Duration Election::succession_delay() const {
    Duration delay{};
    for (const PeerId& standby : standbys_) {
        if (standby == self_) break;
        if (live_.contains(standby)) delay += kStandbyStep;
    }
    return delay;
}

// After a loss: somebody whose claim we did not need until now.
bool Election::follow_known_claim() {
    std::optional<Claim> best;
    for (const auto& [peer, statement] : live_) {
        if (!statement.claims || statement.view.epoch < view_.epoch) continue;
        if (liars_.contains(peer) && live_.size() > 1) continue;
        const Claim claim{peer, statement.view.epoch, statement.followers};
        if (!best || beats(claim, *best)) best = claim;
    }
    if (!best) return false;
    follow(best->leader, best->epoch);
    return true;
}

// Whether we are the one that all would choose among the peers we know to be alive.
bool Election::is_choice(Time now) const {
    const std::uint64_t epoch = view_.epoch + 1;
    const Hash256 own = election_rank(epoch, self_);
    return std::ranges::none_of(live_, [&](const auto& entry) {
        return !flaps_.barred(entry.first, now) && election_rank(epoch, entry.first) < own;
    });
}

bool Election::our_turn(Time now) const {
    if (now < electable_at_) return false;
    return now >= patience_ends_ || stands_by() || is_choice(now);
}

void Election::advance(Time now) {
    seen_ = now;
    if (leading()) {
        if (now >= remind_at_) remind_others(now);
        return;
    }
    if (vote_.open()) {
        conclude_vote(now);
        return;
    }
    if (following() || now < electable_at_) return;
    if (follow_known_claim()) return;
    if (our_turn(now)) ask_votes(now);
}

void Election::ask_votes(Time now) {
    const LeaderView about{view_.epoch, following() ? view_.leader : lost_};
    std::vector<PeerId> asked;
    if (about == asked_) asked = vote_.again(now);
    if (asked.empty()) {
        asked_ = about;
        asked = choose_voters();
        vote_.begin(asked, now);
    }
    if (!asked.empty()) effects_.push_back(AskVotes{asked_, asked});
    conclude_vote(now);
}

std::vector<PeerId> Election::choose_voters() {
    std::vector<PeerId> voters;
    for (const auto& [peer, statement] : live_) {
        if (peer != asked_.leader) voters.push_back(peer);
    }
    for (std::size_t i = 0; i + 1 < voters.size() && i < PreVote::kVotersMax; ++i)
        std::swap(voters[i], voters[i + prng_.below(std::uint64_t{voters.size() - i})]);
    if (voters.size() > PreVote::kVotersMax) voters.resize(PreVote::kVotersMax);
    return voters;
}

void Election::challenge(Time now) {
    if (!following() || vote_.open()) return;
    lost_ = view_.leader;
    ask_votes(now);
}

void Election::asked_by(const PeerId& peer, const LeaderView& asked, Time now) {
    const bool rivals = view_.leader.is_zero() && asked.leader == lost_ && stands_before_us(peer);
    if (!rivals || std::exchange(gave_way_to_first_, true)) return;
    vote_.end();
    electable_at_ = std::max(electable_at_, now + kVoteAgain + prng_.below(kVoteJitter));
}

void Election::voted(const PeerId& voter, const LeaderView& asked, PreVote::Answer answer,
                     Time now) {
    if (!vote_.open() || asked != asked_) return;
    vote_.answered(voter, answer);
    conclude_vote(now);
}

void Election::conclude_vote(Time now) {
    const auto verdict = vote_.verdict(now);
    if (verdict == PreVote::Verdict::open) return;
    vote_.end();
    if (verdict == PreVote::Verdict::granted) {
        claim(view_.epoch + 1, now);
        return;
    }
    if (following()) return;
    electable_at_ = now + kVoteAgain + prng_.below(kVoteJitter);
}

PreVote::Answer Election::vote_on(const LeaderView& asked, LeaderHealth health) const {
    using Answer = PreVote::Answer;
    if (leading()) return Answer::content;
    if (!following()) return Answer::lost;
    const bool same = asked.leader == view_.leader;
    return same && health == LeaderHealth::doubtful ? Answer::lost : Answer::content;
}

std::optional<Time> Election::next_deadline() const {
    if (leading()) return remind_at_;
    if (vote_.open()) return vote_.deadline();
    if (following()) return std::nullopt;
    return seen_ < electable_at_ ? electable_at_ : std::max(electable_at_, patience_ends_);
}

}  // namespace iwant::cluster
