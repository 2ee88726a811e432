#pragma once

// Whether the leader hides what others share. It cannot forge, but it could leave out. So one
// search in a hundred that the leader answered is also asked of a standby, and compared with our
// own entries; what the leader seems to leave out is looked for once more some seconds later, at
// the leader and at its owner. Only what the owner still has and the leader still leaves out
// counts, so that changes under way and a standby that lies do not. Twice in ten minutes, and the
// cluster is told.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "core/cluster/cluster.h"
#include "core/node/action.h"
#include "core/node/requests.h"
#include "core/search/index.h"

namespace iwant::node {

/// What `other` has and `leaders` should have as well, with those sources only. Where the leader's
/// results are cut at the limit, only what outranks the last of them should.
std::vector<protocol::SearchResult> omissions(const protocol::SearchReply& leaders,
                                              const protocol::SearchReply& other);

class LeaderAudit {
  public:
    /// Two strikes count together only so close to each other.
    static constexpr Duration kStrikesWithin = std::chrono::minutes(10);

    /// The first three must outlive the audit.
    LeaderAudit(cluster::Cluster& cluster, const search::Index& index, Requests& requests,
                Prng prng)
        : cluster_(cluster), index_(index), requests_(requests), prng_(prng) {}

    /// The leader answered this completely: now and then that is checked.
    void answered(const Query& query, const protocol::SearchReply& reply, Time now);
    /// The leader seems to leave this out.
    void suspect(const Query& query, const protocol::SearchResult& omission, Time now);

    void received(const AuditInquiry& inquiry, protocol::SearchReply reply, Time now);
    void failed(const AuditInquiry& inquiry);

    void advance(Time now);
    std::optional<Time> next_deadline() const;
    std::vector<Action> take_actions();

    /// Since when this leader is known to have hidden something.
    std::optional<Time> struck(const PeerId& leader) const;

  private:
    struct Audit {
        PeerId leader;
        Query query;
        protocol::SearchReply first;   ///< the leader's first answer
        std::optional<PeerId> owner;   ///< of what seems to be left out
        EntryId entry;                 ///< likewise
        std::optional<Time> again_at;  ///< when leader and owner are asked
        std::optional<protocol::SearchReply> second;
        std::optional<protocol::SearchReply> owners;
    };
    struct Strike {
        PeerId leader;
        Time when;
    };

    void suspect(Audit audit, const protocol::SearchResult& omission, Time now);
    void compare_own(const Query& query, const protocol::SearchReply& reply, Time now);
    void ask_again(AuditId id, Audit& audit, Time now);
    bool send(AuditId id, AuditInquiry::Whom whom, SessionId session, const Query& query, Time now);
    void judge(AuditId id, Time now);
    void strike(const Audit& audit, Time now);
    bool follows(const Audit& audit) const;

    cluster::Cluster& cluster_;
    const search::Index& index_;
    Requests& requests_;
    Prng prng_;
    std::map<AuditId, Audit> audits_;
    std::uint64_t next_audit_ = 1;
    std::optional<Strike> strike_;
    std::vector<Action> actions_;
};

}  // namespace iwant::node
