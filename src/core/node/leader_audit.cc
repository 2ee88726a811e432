#include "core/node/leader_audit.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/node/answers.h"
#include "core/protocol/limits.h"

namespace iwant::node {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
/// One search in so many is checked.
constexpr std::uint64_t kAuditOneIn = 100;
constexpr std::size_t kAuditsMax = 4;
/// A change reaches leader and standbys well within this.
constexpr Duration kAskAgainAfter = seconds(3);
constexpr Duration kAnswerWithin = seconds(1);

using Key = std::pair<PeerId, EntryId>;

bool same_content(const protocol::SearchResult& a, const protocol::SearchResult& b) {
    return a.content && a.content == b.content && a.kind == b.kind;
}

bool lists(const protocol::SearchReply& reply, const PeerId& owner, EntryId entry) {
    return std::ranges::any_of(reply.results, [&](const auto& result) {
        return std::ranges::any_of(result.sources, [&](const auto& source) {
            return source.owner == owner && source.entry == entry;
        });
    });
}

// Whether there was room for a source of this result in the leader's answer.
bool had_room(const protocol::SearchReply& leaders, const protocol::SearchResult& result) {
    for (const auto& there : leaders.results) {
        if (same_content(there, result))
            return there.sources.size() < protocol::kSourcesPerResultMax;
    }
    const bool cut = leaders.total > leaders.results.size();
    return !cut || (!leaders.results.empty() && result.score > leaders.results.back().score);
}

}  // namespace

std::vector<protocol::SearchResult> omissions(const protocol::SearchReply& leaders,
                                              const protocol::SearchReply& other) {
    std::set<Key> listed;
    for (const auto& result : leaders.results) {
        for (const auto& source : result.sources) listed.insert({source.owner, source.entry});
    }
    std::vector<protocol::SearchResult> left_out;
    for (const auto& result : other.results) {
        if (!had_room(leaders, result)) continue;
        protocol::SearchResult lacking = result;
        std::erase_if(lacking.sources, [&](const auto& source) {
            return !source.online || listed.contains({source.owner, source.entry});
        });
        if (!lacking.sources.empty()) left_out.push_back(std::move(lacking));
    }
    return left_out;
}

void LeaderAudit::answered(const Query& query, const protocol::SearchReply& reply, Time now) {
    if (!prng_.chance(1, kAuditOneIn) || audits_.size() >= kAuditsMax) return;
    Audit audit;
    audit.leader = cluster_.leader_view().leader;
    audit.query = query;
    const PeerId self = cluster_.self().peer;
    if (cluster_.caught_up() && query.owner.value_or(self) == self) {
        Query own = query;
        own.owner = self;
        const auto missing = omissions(reply, answer_search(cluster_, index_, own));
        if (!missing.empty()) return suspect(std::move(audit), missing.front(), now);
    }
    const auto standbys = cluster_.standby_sessions();
    if (standbys.empty()) return;
    audit.first = reply;
    const AuditId id{next_audit_++};
    if (send(id, AuditInquiry::Whom::standby, standbys.front(), query, now))
        audits_.emplace(id, std::move(audit));
}

void LeaderAudit::suspect(const Query& query, const protocol::SearchResult& omission, Time now) {
    Audit audit;
    audit.leader = cluster_.leader_view().leader;
    audit.query = query;
    suspect(std::move(audit), omission, now);
}

void LeaderAudit::suspect(Audit audit, const protocol::SearchResult& omission, Time now) {
    if (audits_.size() >= kAuditsMax || omission.sources.empty()) return;
    audit.owner = omission.sources.front().owner;
    audit.entry = omission.sources.front().entry;
    audit.again_at = now + kAskAgainAfter;
    cluster_.need(*audit.owner, now);
    audits_.emplace(AuditId{next_audit_++}, std::move(audit));
}

bool LeaderAudit::send(AuditId id, AuditInquiry::Whom whom, SessionId session, const Query& query,
                       Time now) {
    const auto request = requests_.add(session, AuditInquiry{id, whom}, now + kAnswerWithin);
    if (request) actions_.push_back(Send{session, protocol::SearchRequest{*request, query}});
    return request.has_value();
}

void LeaderAudit::received(const AuditInquiry& inquiry, protocol::SearchReply reply, Time now) {
    const auto found = audits_.find(inquiry.audit);
    if (found == audits_.end()) return;
    Audit& audit = found->second;
    switch (inquiry.whom) {
        case AuditInquiry::Whom::standby: {
            const auto missing = omissions(audit.first, reply);
            auto node = audits_.extract(found);
            if (!reply.complete || missing.empty() || !follows(node.mapped())) return;
            return suspect(std::move(node.mapped()), missing.front(), now);
        }
        case AuditInquiry::Whom::leader:
            audit.second = std::move(reply);
            break;
        case AuditInquiry::Whom::owner:
            audit.owners = std::move(reply);
            break;
    }
    judge(inquiry.audit, now);
}

// No answer is no proof.
void LeaderAudit::failed(const AuditInquiry& inquiry) {
    audits_.erase(inquiry.audit);
}

void LeaderAudit::ask_again(AuditId id, Audit& audit, Time now) {
    audit.again_at.reset();
    const bool own = *audit.owner == cluster_.self().peer;
    const auto leader = cluster_.leader_session();
    const auto owner = cluster_.session_to(*audit.owner);
    Query owners = audit.query;
    owners.owner = audit.owner;
    bool sent = follows(audit) && leader && (own || owner);
    sent = sent && send(id, AuditInquiry::Whom::leader, *leader, audit.query, now);
    if (sent && !own) sent = send(id, AuditInquiry::Whom::owner, *owner, owners, now);
    if (!sent) {
        audits_.erase(id);
        return;
    }
    if (own) audit.owners = answer_search(cluster_, index_, owners);
}

void LeaderAudit::judge(AuditId id, Time now) {
    const auto found = audits_.find(id);
    if (found == audits_.end() || !found->second.second || !found->second.owners) return;
    const auto node = audits_.extract(found);
    const Audit& audit = node.mapped();
    if (!follows(audit) || !audit.second->complete) return;
    // The leader may not have an owner that it does not know, nor our last changes.
    const bool own = *audit.owner == cluster_.self().peer;
    const auto* known = cluster_.members().find(*audit.owner);
    const bool leader_has_it =
        own ? cluster_.caught_up()
            : *audit.owner == audit.leader || (known != nullptr && known->online_at_leader);
    if (!leader_has_it || !lists(*audit.owners, *audit.owner, audit.entry)) return;
    for (const auto& missing : omissions(*audit.second, *audit.owners)) {
        const auto entry =
            std::ranges::find(missing.sources, audit.entry, &protocol::ResultSource::entry);
        if (entry != missing.sources.end()) return strike(audit, now);
    }
}

void LeaderAudit::strike(const Audit& audit, Time now) {
    const bool second = struck(audit.leader) && now - strike_->when <= kStrikesWithin;
    strike_ = Strike{audit.leader, now};
    if (!second) return;
    cluster_.distrust(audit.leader, "it leaves out what " + audit.owner->brief() + " shares");
}

bool LeaderAudit::follows(const Audit& audit) const {
    return cluster_.leader_session() && cluster_.leader_view().leader == audit.leader;
}

std::optional<Time> LeaderAudit::struck(const PeerId& leader) const {
    if (!strike_ || strike_->leader != leader) return std::nullopt;
    return strike_->when;
}

void LeaderAudit::advance(Time now) {
    std::vector<AuditId> due;
    for (const auto& [id, audit] : audits_) {
        if (audit.again_at && *audit.again_at <= now) due.push_back(id);
    }
    for (const AuditId id : due) ask_again(id, audits_.at(id), now);
}

std::optional<Time> LeaderAudit::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [id, audit] : audits_) {
        if (audit.again_at && (!earliest || *audit.again_at < *earliest)) earliest = audit.again_at;
    }
    return earliest;
}

std::vector<Action> LeaderAudit::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace iwant::node
