#pragma once

// Who leads, as this peer sees it: one leader with an epoch, or none for a moment. doc/election.md
// tells the rules and why they end in one leader. Peers are believed only about themselves: a
// leader is who says on its own session that it leads. What others say about third parties makes us
// look for them.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "base/log.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/cluster/claim.h"
#include "core/cluster/flap_memory.h"
#include "core/cluster/pre_vote.h"
#include "core/protocol/messages.h"

namespace iwant::cluster {

/// How our own session to the leader does. A doubtful leader may be left for a new one.
enum class LeaderHealth : std::uint8_t { healthy, doubtful };

class Election {
  public:
    /// `logger` must outlive the election.
    Election(PeerId self, Prng prng, Logger& logger, Time now);

    const protocol::LeaderView& view() const { return view_; }
    bool leading() const { return view_.leader == self_; }
    bool following() const { return !view_.leader.is_zero() && !leading(); }
    /// How many follow us, while leading.
    void set_followers(std::uint32_t followers);
    /// In order of succession; ourselves among them, if we stand by.
    void set_standbys(std::vector<PeerId> standbys) { standbys_ = std::move(standbys); }
    /// Whether a live peer says that it follows us.
    bool follows_us(const PeerId& peer) const;
    /// Who leads by the last word of a live peer; zero: nobody, or it never said.
    PeerId leader_of(const PeerId& peer) const;
    bool barred(const PeerId& peer, Time now) const { return flaps_.barred(peer, now); }

    void peer_live(const PeerId& peer);
    void peer_gone(const PeerId& peer);
    /// A live peer says who leads. `followers` comes with claims only.
    void says(const PeerId& peer, const protocol::LeaderView& view,
              std::optional<std::uint32_t> followers, LeaderHealth health, Time now);
    /// A datagram says so: worth waiting for, not worth believing.
    void hinted(const protocol::LeaderView& view, Time now);
    void resigned(const PeerId& peer, const PeerId& successor, Time now);
    /// The leader that we followed is dead as far as we can tell.
    void leader_lost(Time now);
    /// It lied: never again.
    void distrust(const PeerId& peer, Time now);
    /// This peer stood still for a while: whatever it believed may be over.
    void stalled(Time now);
    /// Ends our lead because the program ends.
    void resign(const PeerId& successor);

    /// Our answer to a peer that would take over from the leader of `asked`.
    PreVote::Answer vote_on(const protocol::LeaderView& asked, LeaderHealth health) const;
    /// A peer asks whether the leader of `asked` is lost. Of two standbys that ask at the same time
    /// the first goes first; once for each loss, as it may be the one whose link broke.
    void asked_by(const PeerId& peer, const protocol::LeaderView& asked, Time now);
    /// An answer to our question.
    void voted(const PeerId& voter, const protocol::LeaderView& asked, PreVote::Answer answer,
               Time now);
    /// Others want the leader of our view replaced, and we stand by: asks the peers.
    void challenge(Time now);
    /// How a rival's claim of followers stood the test.
    enum class Proof : std::uint8_t { good, bad };
    void proof(const PeerId& peer, const protocol::LeaderView& view, Proof result, Time now);

    void advance(Time now);
    std::optional<Time> next_deadline() const;

    // What the cluster has to tell others, in order.
    struct ClaimToAll {};
    struct ClaimTo {
        PeerId peer;
    };
    struct ViewTo {  ///< it claims a lead that is over, as far as we know
        PeerId peer;
    };
    struct ResignToAll {
        protocol::LeaderView view;
        PeerId successor;
    };
    struct AskVotes {
        protocol::LeaderView lost;
        std::vector<PeerId> voters;
    };
    struct AskProof {  ///< of so many followers
        PeerId peer;
        protocol::LeaderView view;
        std::uint32_t followers = 0;
    };
    struct RivalSeen {  ///< our leader should hear of it
        PeerId peer;
    };
    struct ViewChanged {};
    using Effect = std::variant<ClaimToAll, ClaimTo, ViewTo, ResignToAll, AskVotes, AskProof,
                                RivalSeen, ViewChanged>;
    std::vector<Effect> take_effects();

  private:
    /// What a live peer said last of who leads.
    struct Statement {
        protocol::LeaderView view;
        std::uint32_t followers = 0;
        bool claims = false;           ///< leads by its own word
        bool counted = false;          ///< `followers` is known
        std::optional<Time> answered;  ///< when we last told it that it is wrong
        std::optional<Time> dueled;    ///< when we last claimed anew against its claim
        unsigned duels = 0;            ///< such claims in a row
        std::optional<Time> raised;    ///< when we last claimed anew above its epoch
        std::optional<Time> proof_asked;
        protocol::LeaderView proven;    ///< in this view its followers were proven
        protocol::LeaderView unproven;  ///< in this view they could not be, at that time
        Time unproven_at;
    };

    bool believable(const protocol::LeaderView& view) const;
    void claimed(const PeerId& peer, Statement& statement, LeaderHealth health, Time now);
    void rival(const PeerId& peer, Statement& statement, Time now);
    bool duel(Statement& statement, Time now);
    bool unproven(const Statement& statement, Time now) const;
    void give_way(const PeerId& peer, std::uint64_t epoch, Time now);
    bool wants_proof(const PeerId& peer, Statement& statement, Time now);
    void candidate(const PeerId& peer, Statement& statement, LeaderHealth health, Time now);
    void rise_above(Statement& statement, Time now);
    void contradicted(const PeerId& peer, Statement& statement, Time now);
    void claim(std::uint64_t epoch, Time now);
    void follow(const PeerId& leader, std::uint64_t epoch);
    void lose_leader(Time electable_at, Time now);
    bool follow_known_claim();
    Duration succession_delay() const;
    bool stands_before_us(const PeerId& peer) const;
    bool stands_by() const;
    bool is_choice(Time now) const;
    bool our_turn(Time now) const;
    void ask_votes(Time now);
    std::vector<PeerId> choose_voters();
    void conclude_vote(Time now);
    void answer(Statement& statement, Effect effect, Time now);
    void remind_others(Time now);
    Claim own_claim() const { return {self_, view_.epoch, followers_}; }

    PeerId self_;
    Prng prng_;
    Logger& logger_;
    protocol::LeaderView view_;
    std::uint32_t followers_ = 0;
    std::vector<PeerId> standbys_;
    std::map<PeerId, Statement> live_;
    FlapMemory flaps_;
    std::set<PeerId> liars_;  ///< not followed if there is anybody else
    bool fresh_ = true;       ///< never had company: no epoch of ours means anything yet
    Time electable_at_;       ///< nobody is elected before: a leader may be about to be found
    Time patience_ends_;      ///< then we claim even if we are not the choice
    Time seen_;               ///< when advance() was called last
    PeerId lost_;             ///< the leader lost last: hints about it are echoes
    bool hint_used_ = false;
    bool gave_way_to_first_ = false;  ///< since the leader was lost
    PreVote vote_;
    protocol::LeaderView asked_;  ///< what the vote is about
    Time remind_at_;
    std::optional<Time> dueled_;  ///< when we last claimed anew against any rival
    std::optional<Time> raised_;  ///< when we last claimed anew above a peer's epoch
    std::vector<Effect> effects_;
};

}  // namespace iwant::cluster
