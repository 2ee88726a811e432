#pragma once

// Questions about what others share, and answers whose sources can be proven.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/entry.h"
#include "base/ids.h"
#include "base/query.h"
#include "base/signatory.h"
#include "core/protocol/cluster_messages.h"
#include "core/protocol/content_messages.h"

namespace iwant::protocol {

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

/// Who holds one content.
struct Holder {
    Holding holding;
    std::vector<PeerId> peers;
    bool operator==(const Holder&) const = default;
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
    std::vector<FolderItem> entries;
    bool operator==(const BrowseReply&) const = default;
};

}  // namespace iwant::protocol
