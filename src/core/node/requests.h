#pragma once

// The questions that other peers were asked and have not answered yet. Every one has a deadline,
// and a session that ends answers all of its own with a failure.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/swarm/types.h"

namespace iwant::node {

/// Names one question of this peer's users or downloads.
using QuestionId = StrongNumber<struct QuestionIdTag, std::uint64_t>;
/// One peer that was asked it.
struct Inquiry {
    /// In which capacity; `itself`: for its own entries only.
    enum class Whom : std::uint8_t { leader, standby, itself };
    QuestionId question;
    SessionId at;
    Whom whom = Whom::leader;
    bool operator==(const Inquiry&) const = default;
};

/// Names one audit of the leader.
using AuditId = StrongNumber<struct AuditIdTag, std::uint64_t>;
/// One peer that was asked for it.
struct AuditInquiry {
    enum class Whom : std::uint8_t { standby, leader, owner };
    AuditId audit;
    Whom whom = Whom::standby;
    bool operator==(const AuditInquiry&) const = default;
};

class Requests {
  public:
    using Purpose = std::variant<Inquiry, AuditInquiry, swarm::AskHash, swarm::AskTree,
                                 swarm::AskPieceList, swarm::AskPieces>;

    /// A new request on the session; nothing when it has kRequestsPerSessionMax under way.
    std::optional<RequestId> add(SessionId session, Purpose purpose, Time deadline);
    /// The request that an answer belongs to, which is then over; nothing when it is not known
    /// (late).
    std::optional<Purpose> take(SessionId session, RequestId request);
    /// Gives a question up wherever it was asked.
    void withdraw(QuestionId question);
    /// Gives one inquiry up.
    void withdraw(const Inquiry& inquiry);

    std::vector<Purpose> expire(Time now);
    std::vector<Purpose> session_gone(SessionId session);
    std::optional<Time> next_deadline() const;

  private:
    struct Pending {
        Purpose purpose;
        Time deadline;
    };
    using Key = std::pair<SessionId, RequestId>;

    std::map<Key, Pending> pending_;
    std::uint64_t next_ = 1;
};

}  // namespace iwant::node
