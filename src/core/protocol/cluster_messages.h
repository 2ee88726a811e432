#pragma once

// Who is here, who leads, who takes over, and what each peer shares: the messages of core/cluster.

#include <cstdint>
#include <string>
#include <vector>

#include "base/entry.h"
#include "base/ids.h"
#include "base/signatory.h"
#include "core/protocol/session_messages.h"

namespace iwant::protocol {

/// "I lead from now on." Sent on every session by whoever takes the lead.
struct LeaderClaim {
    LeaderView view;
    std::uint32_t followers = 0;
    bool operator==(const LeaderClaim&) const = default;
};

/// "I stop leading; `successor` should take over at once." Zero: nobody is known.
struct LeaderResigns {
    LeaderView view;
    PeerId successor;
    bool operator==(const LeaderResigns&) const = default;
};

/// A follower's registration with its leader; repeated whenever leader or catalogue changed.
struct Register {
    LeaderView view;
    CatalogState catalog;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t sequence = 0;  ///< rises with each Register of a peer
    Signature signature{};       ///< of registration_statement; all zero: none
    bool operator==(const Register&) const = default;
};

/// The leader's answer: which version of the follower's catalogue it has already.
struct Registered {
    enum class Verdict : std::uint8_t { accepted = 0, not_leader = 1, full = 2 };
    LeaderView view;
    Verdict verdict = Verdict::accepted;
    CatalogState have;
    bool operator==(const Registered&) const = default;
};

/// One run of changes, follower to leader; answered by CatalogAck.
struct CatalogUpdate {
    LeaderView view;
    CatalogDelta delta;
    Signature seal{};  ///< the owner's, of the run; all zero: none
    bool operator==(const CatalogUpdate&) const = default;
};

/// The leader has indexed up to here. Also sent unasked when it needs the owner to start over.
struct CatalogAck {
    CatalogState have;
    bool operator==(const CatalogAck&) const = default;
};

/// A peer as the leader knows it.
struct Member {
    PeerId peer;
    std::string name;
    std::vector<Address> addresses;
    bool online = true;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::string program_version;
    PublicKey key{};  ///< `peer` follows from it; all zero: not known
    bool operator==(const Member&) const = default;
};

/// The leader's members, sent to followers when they change; a long list takes several messages.
struct Roster {
    LeaderView view;
    std::uint64_t revision = 0;
    bool first = true;  ///< starts a new list: forget the parts before
    bool last = true;
    std::vector<Member> members;
    bool operator==(const Roster&) const = default;
};

/// The peers that the leader appointed to take over when it is gone, in order of succession.
struct Standbys {
    LeaderView view;
    std::vector<Member> members;
    bool operator==(const Standbys&) const = default;
};

/// "Have you, too, lost this leader?" Its answer repeats the view.
struct PreVoteRequest {
    LeaderView view;
    bool operator==(const PreVoteRequest&) const = default;
};
struct PreVote {
    LeaderView view;
    bool lost = false;
    bool operator==(const PreVote&) const = default;
};

/// Asks a leader to prove some of the followers that it claims; its answer repeats the view.
struct FollowersRequest {
    LeaderView view;
    std::vector<std::uint32_t> positions;  ///< in its list of followers, from 0
    bool operator==(const FollowersRequest&) const = default;
};
/// What a follower signed when it registered with the leader of the view.
struct FollowerRecord {
    PublicKey follower{};
    std::uint64_t epoch = 0;  ///< in which it registered, at most that of the view
    std::uint64_t sequence = 0;
    Signature signature{};
    bool operator==(const FollowerRecord&) const = default;
};
struct FollowersProof {
    LeaderView view;
    std::vector<FollowerRecord> records;
    bool operator==(const FollowersProof&) const = default;
};

}  // namespace iwant::protocol
