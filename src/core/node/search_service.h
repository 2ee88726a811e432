#pragma once

// Who answers what a user of this peer looks for: the leader, ourselves if we lead, and our own
// index when there is nobody to ask in time. A search never fails for lack of a leader; it only
// says that it may be incomplete. Also the leader's side: answering followers, no faster than the
// limit.

#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/node/event.h"
#include "core/node/requests.h"
#include "core/protocol/seal_checker.h"
#include "core/search/index.h"

namespace iwant::node {

class SearchService {
  public:
    using What = std::variant<SearchAsked, LocateAsked, swarm::AskSources>;

    /// All three must outlive the service.
    SearchService(cluster::Cluster& cluster, const search::Index& index, Requests& requests)
        : cluster_(cluster), index_(index), requests_(requests), checker_(cluster.signatory()) {}

    void ask(What what, Time now);

    void received(QuestionId question, SessionId from, protocol::SearchReply reply, Time now);
    void received(QuestionId question, SessionId from, protocol::LocateReply reply, Time now);
    /// The leader refused, for now.
    void refused(QuestionId question, Time now);
    /// The leader did not answer in time.
    void expired(QuestionId question, Time now);
    /// The session that the question went out on is gone.
    void session_gone(QuestionId question, Time now);
    void leader_changed(Time now);

    /// A question of another peer.
    void serve(SessionId session, const protocol::SearchRequest& request, Time now);
    void serve(SessionId session, const protocol::LocateRequest& request, Time now);
    void peer_gone(const PeerId& peer) { asked_by_.erase(peer); }

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();
    std::vector<swarm::SourcesFound> take_found();

    /// What the leader said last about its coverage.
    std::optional<protocol::Coverage> leader_coverage() const { return leader_coverage_; }

  private:
    struct Question {
        What what;
        Time asked;
        std::optional<SessionId> at;     ///< where it was asked; nothing while it waits
        std::optional<Time> wait_until;  ///< for a leader, from the first time there was none
        std::optional<Time> ask_again_at;
    };
    struct Rate {
        Time window;
        std::uint32_t count = 0;
    };
    using Questions = std::map<QuestionId, Question>;

    /// Takes out of an answer what its owners did not announce; who made it up is not trusted
    /// again.
    void examine_answer(SessionId from, protocol::SearchReply& reply);
    void examine_answer(SessionId from, protocol::LocateReply& reply);
    void pursue(QuestionId id, Time now);
    void wait(QuestionId id, Time now);
    void answer_here(QuestionId id, Time now);
    void answer(const Question& question, protocol::SearchReply reply, Time now);
    void answer(const Question& question, protocol::LocateReply reply);
    bool from_the_leader(SessionId from, const protocol::LeaderView& view) const;
    bool allowed(SessionId session, RequestId request, Time now);

    cluster::Cluster& cluster_;
    const search::Index& index_;
    Requests& requests_;
    protocol::SealChecker checker_;
    Questions questions_;
    std::uint64_t next_question_ = 1;
    std::map<PeerId, Rate> asked_by_;
    std::optional<protocol::Coverage> leader_coverage_;
    std::vector<Action> actions_;
    std::vector<swarm::SourcesFound> found_;
};

}  // namespace iwant::node
