#pragma once

// Searches that are asked to see whether the answers are true. Each asks for everything that one
// host shares, so that an answer can be compared with what that host's catalogue was.
//
//   S2  nobody takes an answer of a lower epoch than it had when it asked
//   S3  nothing is found at a host that never announced it
//   S4  what a leader has acknowledged is found for as long as its owner stays
//   S5  an answer that calls itself complete has what every host announced that the answerer, or
//       who asked, knew to be alive
//   D6  every search is answered within its time

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "sim/host.h"
#include "sim/leadership.h"
#include "sim/verdict.h"

namespace iwant::sim {

class Probes {
  public:
    /// Only the first `honest` hosts keep to the rules.
    Probes(Timeline& timeline, Network& network, std::vector<Host>& hosts,
           const Leadership& leadership, Verdict& verdict, std::size_t honest);

    void ask(HostNumber host, HostNumber owner);
    /// Of the next one asked.
    std::uint64_t next_ticket() const { return next_ticket_; }
    /// What a host's node wants done.
    void performs(HostNumber host, const node::Action& action);
    /// Before a host's node sees it.
    void happens(HostNumber host, const node::Event& event);
    void cloned(HostNumber host) { cloned_.insert(host); }

    /// Those asked since the last call that did not get the owner's whole present catalogue.
    std::vector<std::string> take_poor_answers();
    const Statistics& statistics() const { return statistics_; }

  private:
    struct Probe {
        HostNumber host = 0;
        HostNumber owner = 0;
        Time asked;
        std::uint64_t epoch = 0;
        Moment present = 0;  ///< of the owner's catalogue
    };
    /// A request from one host to another, on behalf of a probe or for a download.
    struct Question {
        Time asked;
        HostNumber owner = 0;
    };
    struct Heard {
        Time when;
        Moment moment = 0;
    };
    struct Acknowledged {
        Time when;
        Moment moment = 0;
        std::uint64_t instance = 0;  ///< of the leader
        std::uint64_t epoch = 0;
    };
    using Pair = std::uint64_t;  ///< who knows of whom

    Pair pair(HostNumber knower, HostNumber known) const { return knower * hosts_.size() + known; }
    void announced(HostNumber knower, HostNumber owner, const CatalogState& state);
    void acknowledges(HostNumber leader, HostNumber owner, const CatalogState& state);
    Moment heard_before(HostNumber knower, HostNumber owner, Time time) const;
    bool knew_all_the_time(HostNumber knower, HostNumber known, Time since) const;
    bool undisturbed_since(HostNumber a, HostNumber b, Time since) const;
    void asks(HostNumber host, SessionId session, const protocol::SearchRequest& request);
    void answered(HostNumber host, const node::AnswerSearch& answer);
    void replied(HostNumber host, HostNumber from, const protocol::SearchReply& reply,
                 SessionId session);
    void check_epoch(const Probe& probe, const node::AnswerSearch& answer);
    void check_origin(const Probe& probe, const node::AnswerSearch& answer);
    void check_kept(const Question& question, HostNumber leader,
                    const protocol::SearchReply& reply);
    void check_complete(const Probe& probe, const node::AnswerSearch& answer, std::uint64_t digest);
    /// The honest host whose index the answer is of.
    std::optional<HostNumber> answerer(const Probe& probe, const node::AnswerSearch& answer) const;

    Timeline& timeline_;
    Network& network_;
    std::vector<Host>& hosts_;
    const Leadership& leadership_;
    Verdict& verdict_;
    std::size_t honest_;
    std::set<HostNumber> cloned_;
    std::unordered_map<Pair, std::vector<Heard>> heard_;
    std::unordered_map<Pair, Acknowledged> acknowledged_;
    std::map<std::tuple<HostNumber, SessionId, RequestId>, Question> questions_;
    std::uint64_t next_ticket_ = 1;
    std::map<node::Ticket, Probe> probes_;
    std::vector<std::string> poor_;
    Statistics statistics_;
};

}  // namespace iwant::sim
