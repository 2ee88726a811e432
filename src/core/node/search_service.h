#pragma once

// Who answers what a user of this peer looks for. A search never fails nor is short for lack of a
// leader: the leader is asked first; when it is silent, busy, gone or knows too little, a standby
// as well; and when that does not help, everybody who can be reached, each for itself. The first
// answer that speaks for everybody wins at once; otherwise all that came within a second is put
// together, with the honest word on how much of the network it covers.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/node/holdings.h"
#include "core/node/leader_audit.h"
#include "core/node/question.h"
#include "core/node/requests.h"
#include "core/protocol/seal_checker.h"
#include "core/search/index.h"

namespace iwant::node {

class SearchService {
  public:
    /// All must outlive the service.
    SearchService(cluster::Cluster& cluster, const search::Index& index, const HoldingsBook& book,
                  Requests& requests, LeaderAudit& audit)
        : cluster_(cluster),
          index_(index),
          book_(book),
          requests_(requests),
          audit_(audit),
          checker_(cluster.signatory()) {}

    void ask(Question::What what, Time now);

    void received(const Inquiry& inquiry, protocol::SearchReply reply, Time now);
    void received(const Inquiry& inquiry, protocol::LocateReply reply, Time now);
    /// Refused, not answered in time, or the session is gone.
    void failed(const Inquiry& inquiry, Time now);
    void leader_changed(Time now);

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();
    std::vector<swarm::SourcesFound> take_found();

    /// What the leader said last about its coverage.
    std::optional<protocol::Coverage> leader_coverage() const { return leader_coverage_; }

  private:
    // Asking.
    void go_on(QuestionId id, Time now);
    void enter_next_stage(QuestionId id, Question& question, Time now);
    void ask_leader(QuestionId id, Question& question, Time now);
    bool ask_standby(QuestionId id, Question& question);
    void ask_everybody(QuestionId id, Question& question);
    void inquire(QuestionId id, Question& question, SessionId session, Inquiry::Whom whom);
    void forsake_old_leader(Question& question);
    bool holds_replica() const { return cluster_.leading() || cluster_.is_standby(); }
    bool replica_counts(const Question& question) const;
    bool covered_already(const Question& question, const PeerId& peer) const;
    void add_own(Question& question) const;
    void refresh_own(Question& question) const;
    void add_part(Question& question, const Inquiry& inquiry, protocol::SearchReply reply);
    /// Takes out of an answer what its owners did not announce; who made it up is not trusted
    /// again.
    bool examine_answer(const PeerId& answering, protocol::SearchReply& reply);
    bool from_the_leader(SessionId from, const protocol::LeaderView& view) const;
    bool covers_all_we_know(const protocol::SearchReply& reply) const;
    std::set<PeerId> known_alive() const;

    // Answering (search_conclusion.cc).
    void finish(QuestionId id, Time now);
    AnswerSearch conclude(const Question& question) const;
    protocol::SearchReply own_answer(const Question& question) const;
    AnswerPart own_word(const Question& question) const;
    AnswerSearch conclude_complete(const Question& question, const Question::Part& best) const;
    AnswerSearch conclude_incomplete(const Question& question) const;
    protocol::LeaderView present_view() const;
    std::vector<AnswerPart> parts_that_agree(const Question& question) const;
    std::vector<AnswerPart> all_parts(const Question& question) const;
    void say_coverage(const Question& question, protocol::SearchReply& reply) const;
    Verification verify(const Question& question) const;
    void add_holders(const Question& question, protocol::SearchReply& reply) const;
    void deliver(const Question& question, AnswerSearch answer);

    cluster::Cluster& cluster_;
    const search::Index& index_;
    const HoldingsBook& book_;
    Requests& requests_;
    LeaderAudit& audit_;
    protocol::SealChecker checker_;
    std::map<QuestionId, Question> questions_;
    std::uint64_t next_question_ = 1;
    PeerId last_leader_;  ///< its roster may still say that it is there
    std::optional<protocol::Coverage> leader_coverage_;
    std::vector<Action> actions_;
    std::vector<swarm::SourcesFound> found_;
};

}  // namespace iwant::node
