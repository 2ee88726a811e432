#pragma once

// Who is here and who leads, and how everybody's catalogue gets to the leader and its standbys: the
// composition of members, sessions, dialler, announcer, election, succession, registry and
// registrations into one state machine. It decides; core/node carries its actions to the outside or
// to the search index.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/prng.h"
#include "base/signatory.h"
#include "base/time.h"
#include "core/cluster/announcer.h"
#include "core/cluster/dialer.h"
#include "core/cluster/election.h"
#include "core/cluster/follower_proof.h"
#include "core/cluster/leader_watch.h"
#include "core/cluster/member_list.h"
#include "core/cluster/registrations.h"
#include "core/cluster/registry.h"
#include "core/cluster/roster.h"
#include "core/cluster/session_table.h"
#include "core/cluster/succession.h"
#include "core/cluster/twins.h"
#include "core/cluster/types.h"

namespace iwant::cluster {

struct Self {
    PeerId peer;
    std::uint64_t instance = 0;
    std::string name;
    std::string program_version;
};

class Cluster {
  public:
    /// `signatory`, which signs for `self.peer`, and `logger` must outlive the cluster.
    Cluster(Self self, const Signatory& signatory, Prng prng, Logger& logger, Time now);

    /// Lets time pass; call it before any event is looked at, so that a peer that stood still does
    /// not answer as if it still led.
    void advance(Time now);

    void handle(const AnnouncementHeard& event, Time now);
    void handle(const PeerRemembered& event, Time now);
    void handle(const AddressGiven& event, Time now);
    void handle(const SessionOpened& event, Time now);
    void handle(const SessionClosed& event, Time now);
    void handle(const DialReached& event, Time now);
    void handle(const DialFailed& event, Time now);
    /// Every message counts as a sign of life; those that are not the cluster's do nothing else.
    void handle(const MessageReceived& event, Time now);
    void handle(const NetworkChanged& event, Time now);
    void handle(const CatalogAdvanced& event, Time now);
    void handle(const CatalogRead& event, Time now);
    void handle(const StopAsked& event, Time now);

    /// A session to this peer is wanted for something; dials it for a while, if need be.
    void need(const PeerId& peer, Time now);
    /// Names and addresses that came with an answer of the leader.
    void learn(const std::vector<protocol::Member>& members);
    /// Ends a session because of what came from it.
    void drop(SessionId session, protocol::Goodbye::Reason reason, Time now);

    std::vector<Action> take_actions();
    std::optional<Time> next_deadline() const { return due_; }

    const Self& self() const { return self_; }
    const Signatory& signatory() const { return signatory_; }
    const protocol::LeaderView& leader_view() const { return election_.view(); }
    bool leading() const { return election_.leading(); }
    /// The session to the leader that we follow.
    std::optional<SessionId> leader_session() const;
    std::optional<SessionId> session_to(const PeerId& peer) const;
    std::optional<PeerId> peer_of(SessionId session) const;
    bool is_live(const PeerId& peer) const { return sessions_.is_live(peer); }
    std::size_t live_count() const { return sessions_.live_count(); }
    /// Peers that follow us: registered, of our view by their own word, and heard of lately.
    std::uint32_t followers() const { return leading() ? followers_ : 0; }
    CatalogState catalog() const { return registrations_.catalog(); }
    std::uint64_t files() const { return registrations_.files(); }
    std::uint64_t bytes() const { return registrations_.bytes(); }
    /// Whether the leader we follow has all of our catalogue.
    bool caught_up() const { return registrations_.caught_up_with(election_.view().leader); }
    /// The peers known to be alive, and those of them that our index speaks for; ourselves
    /// included.
    protocol::Coverage coverage() const;
    /// Those that our index speaks for, ourselves included, in the order of their ids.
    std::vector<PeerId> covered() const;
    /// The standbys in order of succession, as we know them.
    const std::vector<PeerId>& standbys() const { return succession_.standbys(); }
    /// Live sessions to the standbys that keep our catalogue, in order of succession.
    std::vector<SessionId> standby_sessions() const;
    /// Whether we keep everybody's catalogue beside the leader.
    bool is_standby() const;
    /// Whether the session to our leader broke and it is not known yet whether it lives.
    bool regaining_leader() const { return watch_.regaining(); }
    /// Live sessions, at most so many, for asking everybody.
    std::vector<SessionId> fan_out(std::size_t most) const;
    /// Whether every live peer of ours is online in the leader's roster.
    bool leader_knows_all() const;
    /// This leader hides what others share; `why` is for people.
    void distrust(const PeerId& leader, std::string why);
    /// Leaders that hid or made up something, and what; for people.
    const std::map<PeerId, std::string>& distrusted() const { return distrusted_; }
    std::optional<OutOfReach> out_of_reach() const;
    /// The index has no room for all that this owner announced.
    void cut_short(const PeerId& owner) { registry_.cut_short(owner); }
    /// Who said lately that another computer has our key.
    std::optional<PeerId> told_of_twin() const { return twins_.told_by(now_); }
    const MemberList& members() const { return members_; }
    const Registry& registry() const { return registry_; }

  private:
    void settle(Time now);
    void plan_next();
    void perform_effects(Time now);
    void perform(const Election::ClaimToAll& effect, Time now);
    void perform(const Election::ClaimTo& effect, Time now);
    void perform(const Election::ViewTo& effect, Time now);
    void perform(const Election::ResignToAll& effect, Time now);
    void perform(const Election::AskVotes& effect, Time now);
    void perform(const Election::AskProof& effect, Time now);
    void perform(const Election::RivalSeen& effect, Time now);
    void perform(const Election::ViewChanged& effect, Time now);
    void tend_due(Time now);
    void tend_sessions(Time now);
    void watch_leader(Time now);
    void fell_silent(Session& session, Time now);
    void dial_due(Time now);
    void announce_due(Time now);
    void roster_due(Time now);
    void roster_changed(Duration delay, Time now);
    void count_followers(Time now);
    void leave_out_strays(const PeerId& led_before);
    void ask_to_register(const Session& session);
    void tell_roster(SessionId session);
    /// The leader of this peer, if we follow nobody and have no session to it.
    std::optional<PeerId> leader_beyond(const PeerId& follower) const;
    std::vector<protocol::Member> describe_all() const;

    // Standbys.
    void appoint_due(Time now);
    void tell_standbys(SessionId session);
    void keep_registrations(Time now);
    bool keeps_index() const { return leading() || is_standby(); }
    void keeping_changed(Time now);

    void welcome(const SessionOpened& event, Time now);
    void gone(const Session& session, Time now);
    void told_of_twin(const Session& session, Time now);
    bool may_replace(const Session& old, const SessionOpened& incoming, Time now);
    void statement(Session& session, const protocol::LeaderView& view,
                   std::optional<std::uint32_t> followers, Time now);
    void show_leader(Session& session, const protocol::LeaderView& theirs);
    void show(SessionId to, const PeerId& leader, const protocol::LeaderView& view);
    LeaderHealth leader_health(Time now) const;

    void receive(Session& session, const protocol::Ping& message, Time now);
    void receive(Session& session, const protocol::Pong& message, Time now);
    void receive(Session& session, const protocol::LeaderClaim& message, Time now);
    void receive(Session& session, const protocol::LeaderResigns& message, Time now);
    void receive(Session& session, const protocol::Standbys& message, Time now);
    void receive(Session& session, const protocol::PreVoteRequest& message, Time now);
    void receive(Session& session, const protocol::PreVote& message, Time now);
    void receive(Session& session, const protocol::FollowersRequest& message, Time now);
    void receive(Session& session, const protocol::FollowersProof& message, Time now);
    void receive(Session& session, const protocol::Register& message, Time now);
    void receive(Session& session, const protocol::Registered& message, Time now);
    void receive(Session& session, const protocol::CatalogUpdate& message, Time now);
    void receive(Session& session, const protocol::CatalogAck& message, Time now);
    void receive(Session& session, const protocol::Roster& message, Time now);
    void receive(Session& session, const protocol::Goodbye& message, Time now);
    template <class Other>
    void receive(Session&, const Other&, Time) {}

    Dialer::Wish wish(const Dialer::Target& target) const;
    void wish_for(const PeerId& peer, Time now);
    bool is_holder(const PeerId& peer) const;
    bool counts_as_alive(const Session& session) const;
    PeerId successor() const;
    void send(SessionId session, protocol::Message message);
    void send_to_all(const protocol::Message& message);
    template <class Machine>
    void collect(Machine& machine) {
        for (auto& action : machine.take_actions()) actions_.push_back(std::move(action));
    }

    Self self_;
    const Signatory& signatory_;
    Logger& logger_;
    MemberList members_;
    SessionTable sessions_;
    Dialer dialer_;
    Announcer announcer_;
    Election election_;
    LeaderWatch watch_;
    Succession succession_;
    Twins twins_;
    Registry registry_;
    Registrations registrations_;
    FollowerProof follower_proof_;
    RosterBook roster_book_;

    Time now_;
    protocol::LeaderView acted_view_;  ///< what was acted upon last
    PeerId led_last_;                  ///< whom we followed last, or we ourselves
    std::uint64_t leader_instance_ = 0;
    Time leader_since_;        ///< when it became who it is now, or nobody
    bool kept_index_ = false;  ///< whether we led or stood by
    std::optional<Time> appoint_at_;
    std::map<PeerId, std::string> distrusted_;  ///< leaders that hid something, and what
    std::map<PeerId, Time> complaints_;  ///< followers that distrust our leader, while we stand by
    std::map<PeerId, Time> needed_until_;
    std::map<PeerId, std::uint64_t> heard_instances_;
    std::uint32_t followers_ = 0;
    std::optional<Time> counted_;  ///< when the followers were counted last
    bool holders_changed_ = true;  ///< who keeps an index, or the session to one of them
    bool wishes_changed_ = true;   ///< whom we want a session to
    std::optional<Time> dial_at_;
    Time tend_at_;  ///< when sessions and catalogues are looked through next
    std::optional<Time> roster_at_;
    std::uint64_t ping_sequence_ = 0;
    std::optional<Time> due_;  ///< when we are to be called at the latest
    bool stopped_ = false;
    std::vector<Action> actions_;
};

}  // namespace iwant::cluster
