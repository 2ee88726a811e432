#pragma once

// Every message that peers exchange, as plain structs; proto/iwant.proto is the wire form and
// doc/protocol.md tells the story. The codec (codec.h) turns one into the other and enforces
// limits.h, so whatever arrives here as a struct is within all limits. Requests carry a RequestId
// chosen by the asker, unique on its side of the session; the answer repeats it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/content.h"
#include "base/entry.h"
#include "base/ids.h"
#include "base/query.h"
#include "base/signatory.h"

namespace iwant::protocol {

/// Version of the conversation. A peer that speaks another major version is told so and let go.
inline constexpr std::uint32_t kProtocolVersion = 1;

/// Who leads in which epoch, as the sender believes. A higher epoch wins; see doc/election.md.
struct LeaderView {
    std::uint64_t epoch = 0;
    PeerId leader;  ///< zero: the sender knows no leader

    auto operator<=>(const LeaderView&) const = default;
};

/// What the connection is for: `control` carries messages for as long as both live, `bulk` carries
/// PieceRequests one way and pieces the other.
enum class StreamPurpose : std::uint8_t { control = 0, bulk = 1 };

/// The first message in both directions. What it says of the sender must agree with its TLS key.
struct Hello {
    std::uint32_t protocol_version = kProtocolVersion;
    StreamPurpose purpose = StreamPurpose::control;
    PeerId peer;
    std::uint64_t instance = 0;  ///< random for each run of the daemon
    std::string name;            ///< for people; not unique, not trusted
    std::uint16_t port = 0;      ///< where the sender listens
    std::string program_version;
    LeaderView leader;
    CatalogState catalog;

    bool operator==(const Hello&) const = default;
};

/// Keeps a session known to be alive and spreads who leads.
struct Ping {
    std::uint64_t sequence = 0;
    LeaderView leader;
    bool operator==(const Ping&) const = default;
};
struct Pong {
    std::uint64_t sequence = 0;
    LeaderView leader;
    bool operator==(const Pong&) const = default;
};

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

/// One address a peer can be reached at: "192.0.2.7", "fe80::1%eth0".
struct Address {
    std::string host;  ///< numeric
    std::uint16_t port = 0;
    auto operator<=>(const Address&) const = default;
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

/// The first half of a BLAKE3 digest, as seals use them (seal.h).
using Digest16 = std::array<std::uint8_t, 16>;

/// What an owner signed of one run of its changes.
struct Seal {
    PeerId owner;
    std::uint64_t catalog_id = 0;
    std::uint64_t since = 0;
    std::uint64_t up_to = 0;
    std::uint32_t changes = 0;
    Signature signature{};
    bool operator==(const Seal&) const = default;
};

/// That a source is what its owner announced, by one of the answer's seals.
struct SourceProof {
    std::uint32_t seal = 0;         ///< index in the answer's `seals`
    std::uint32_t position = 0;     ///< of the entry among those of its run, by entry id
    std::optional<Digest16> place;  ///< nothing: the result's own path and date
    std::vector<Digest16> siblings;
    bool operator==(const SourceProof&) const = default;
};

/// One owner of a result.
struct ResultSource {
    PeerId owner;
    EntryId entry;
    bool online = true;
    std::optional<SourceProof> proof = std::nullopt;
    bool operator==(const ResultSource&) const = default;
};

/// One content (or, while unhashed, one entry), with everybody who has it.
struct SearchResult {
    EntryKind kind = EntryKind::file;
    std::optional<Hash256> content;
    std::string path;  ///< of the best-matching source
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    double score = 0;  ///< 1 is an exact name; higher is better
    std::vector<ResultSource> sources;
    bool operator==(const SearchResult&) const = default;
};

struct SearchRequest {
    RequestId request;
    Query query;
    bool operator==(const SearchRequest&) const = default;
};

/// How much of the network an answer speaks for: peers known to be alive, and those of them whose
/// announced catalogue version is indexed.
struct Coverage {
    std::uint32_t known = 0;
    std::uint32_t indexed = 0;
    bool operator==(const Coverage&) const = default;
};

/// The first bytes of a PeerId: enough to tell peers apart that are not made to be mistaken.
using PeerMark = std::array<std::uint8_t, 8>;
inline PeerMark mark_of(const PeerId& peer) {
    PeerMark mark{};
    std::copy_n(peer.hash.bytes.begin(), mark.size(), mark.begin());
    return mark;
}

struct SearchReply {
    RequestId request;
    LeaderView view;
    bool complete = false;
    Coverage coverage;
    std::uint64_t total = 0;  ///< results before the limit
    std::vector<SearchResult> results;
    std::vector<Member> owners;       ///< names and addresses of all owners in `results`
    std::vector<Seal> seals{};        ///< that the proofs of sources name
    std::vector<PeerMark> covered{};  ///< of a standby's complete answer: whom it speaks for
    std::string did_you_mean{};       ///< as search::Answer has it
    bool operator==(const SearchReply&) const = default;
};

/// "Who has it?" by the first hexadecimal digits of a content hash, 6 to 64 of them.
struct LocateRequest {
    RequestId request;
    std::string prefix;
    bool operator==(const LocateRequest&) const = default;
};

/// A content that a peer gives to others though it does not share it: it downloads it, or did.
struct Holding {
    EntryKind kind = EntryKind::file;
    Hash256 content;
    std::string name;
    std::uint64_t size_bytes = 0;
    bool operator==(const Holding&) const = default;
};

/// What the sender holds; counts until the session ends.
struct Holdings {
    bool whole = false;
    std::vector<Holding> added;
    std::vector<Hash256> removed;
    bool operator==(const Holdings&) const = default;
};

/// Who holds one content.
struct Holder {
    Holding holding;
    std::vector<PeerId> peers;
    bool operator==(const Holder&) const = default;
};

/// Asks which pieces of a download are there, and to be told of new ones.
struct HaveRequest {
    RequestId request;
    Hash256 content;
    bool operator==(const HaveRequest&) const = default;
};
struct HaveReply {
    RequestId request;
    bool complete = false;
    std::uint32_t pieces = 0;          ///< in all
    std::vector<std::uint8_t> bitmap;  ///< as swarm::PieceSet::to_bytes
    bool operator==(const HaveReply&) const = default;
};
/// More pieces came.
struct Have {
    Hash256 content;
    std::vector<std::uint32_t> pieces;
    bool operator==(const Have&) const = default;
};

/// One SearchResult for each distinct content that starts with the prefix (at most
/// kLocateMatchesMax).
struct LocateReply {
    RequestId request;
    LeaderView view;
    bool complete = false;
    std::vector<SearchResult> matches;
    std::vector<Member> owners;
    std::vector<Seal> seals{};
    std::vector<Holder> holders{};
    std::vector<PeerMark> covered{};
    bool operator==(const LocateReply&) const = default;
};

/// Asks an owner to hash one of its entries now; answered when that is done.
struct HashRequest {
    RequestId request;
    EntryId entry;
    bool operator==(const HashRequest&) const = default;
};
struct HashReply {
    RequestId request;
    EntryKind kind = EntryKind::file;
    Hash256 content;
    std::uint64_t size_bytes = 0;
    bool operator==(const HashReply&) const = default;
};

/// Asks for the piece hashes of a file, from piece `first` on (kPieceHashesMax a reply).
struct PieceListRequest {
    RequestId request;
    FileId file;
    PieceIndex first;
    bool operator==(const PieceListRequest&) const = default;
};
struct PieceListReply {
    RequestId request;
    std::uint64_t size_bytes = 0;
    PieceIndex first;
    std::vector<Hash256> hashes;
    bool operator==(const PieceListReply&) const = default;
};

/// Asks for the listing of a folder from entry number `first` on (kTreeEntriesMax or 512 KiB a
/// reply).
struct TreeRequest {
    RequestId request;
    TreeId tree;
    std::uint32_t first = 0;
    bool operator==(const TreeRequest&) const = default;
};
struct TreeReply {
    RequestId request;
    std::uint32_t first = 0;
    std::uint32_t total = 0;
    std::vector<TreeEntry> entries;
    bool operator==(const TreeReply&) const = default;
};

/// An entry of a shared folder as its owner has it now, hashed or not.
struct BrowseEntry {
    std::string name;
    EntryKind kind = EntryKind::file;
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    std::optional<Hash256> content;
    std::uint64_t files = 0;  ///< of a folder, at any depth
    bool operator==(const BrowseEntry&) const = default;
};

/// Asks an owner for the entries of a folder that follow `after` (kBrowseEntriesMax a reply):
/// folders first, both kinds in order of name.
struct BrowseRequest {
    RequestId request;
    std::string path;   ///< empty: the shares themselves
    std::string after;  ///< the name of an entry; empty: from the first on
    EntryKind after_kind = EntryKind::file;
    bool operator==(const BrowseRequest&) const = default;
};
struct BrowseReply {
    RequestId request;
    std::string path;         ///< with the name of the share, when it was left away
    std::uint64_t files = 0;  ///< in the folder, at any depth
    std::uint64_t size_bytes = 0;
    bool more = false;
    std::vector<BrowseEntry> entries;
    bool operator==(const BrowseReply&) const = default;
};

/// Bulk: asks for `count` pieces in order. Several requests may be under way on one stream.
struct PieceRequest {
    RequestId request;
    FileId file;
    PieceIndex first;
    std::uint32_t count = 0;
    bool operator==(const PieceRequest&) const = default;
};

/// Bulk: `length` raw bytes of the piece follow this frame directly.
struct PieceHeader {
    RequestId request;
    PieceIndex piece;
    std::uint32_t length = 0;
    bool operator==(const PieceHeader&) const = default;
};

enum class RefusalCode : std::uint8_t {
    not_shared = 0,  ///< no such content here (any more)
    changed = 1,     ///< the file changed since it was announced
    range = 2,       ///< no such piece
    busy = 3,        ///< later
    failed = 4,      ///< could not be read or hashed
    protocol = 5,    ///< the request made no sense
    not_yet = 6,     ///< being downloaded there, but this piece is not there yet
};

/// The answer to any request that is not fulfilled.
struct Refusal {
    RequestId request;
    RefusalCode code = RefusalCode::failed;
    std::uint32_t place = 0;  ///< of busy: in the queue for an upload, from 1; 0 when not told
    bool operator==(const Refusal&) const = default;
};

/// The sender is about to close the session on purpose.
struct Goodbye {
    enum class Reason : std::uint8_t {
        stopping = 0,
        duplicate = 1,
        version = 2,
        protocol = 3,
        limit = 4,
        identity = 5
    };
    Reason reason = Reason::stopping;
    bool operator==(const Goodbye&) const = default;
};

/// "What do you see of me?", for people whose peers do not find each other.
struct ProbeRequest {
    RequestId request;
    bool operator==(const ProbeRequest&) const = default;
};

/// What became of a connection that was only tried.
enum class DialBack : std::uint8_t {
    untried = 0,
    accepted = 1,
    refused = 2,
    silent = 3,
    unreachable = 4,
};

struct ProbeReply {
    RequestId request;
    /// Milliseconds since an announcement of the asker came by this way; nothing: none did.
    std::optional<std::uint32_t> multicast4_ms;
    std::optional<std::uint32_t> multicast6_ms;
    std::optional<std::uint32_t> broadcast_ms;
    Address seen_at;  ///< where the asker listens, as it looks from here
    DialBack dial_back = DialBack::untried;
    bool operator==(const ProbeReply&) const = default;
};

using Message =
    std::variant<Hello, Ping, Pong, LeaderClaim, LeaderResigns, Register, Registered, CatalogUpdate,
                 CatalogAck, Roster, Standbys, PreVoteRequest, PreVote, FollowersRequest,
                 FollowersProof, SearchRequest, SearchReply, LocateRequest, LocateReply,
                 HashRequest, HashReply, PieceListRequest, PieceListReply, TreeRequest, TreeReply,
                 PieceRequest, PieceHeader, Refusal, Goodbye, ProbeRequest, ProbeReply, Holdings,
                 HaveRequest, HaveReply, Have, BrowseRequest, BrowseReply>;

}  // namespace iwant::protocol
