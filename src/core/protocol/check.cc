#include "core/protocol/check.h"

#include <cmath>
#include <variant>

#include "base/hex.h"
#include "base/name.h"
#include "base/text.h"
#include "core/protocol/limits.h"

namespace iwant::protocol {
namespace {

using Check = Result<void>;

/// Piece numbers are below this: the largest file has no more pieces.
const std::uint64_t kPiecesMax = piece_count(kFileSizeMax);

std::unexpected<Error> broken(std::string message) {
    return failure(ErrorCode::protocol, "read a message", std::move(message));
}

Check rule(bool holds, const char* otherwise) {
    if (holds) return {};
    return broken(otherwise);
}

/// Applies `check` to each element and stops at the first that fails.
template <class List, class Function>
Check each(const List& list, Function check) {
    for (const auto& element : list) {
        if (Check result = check(element); !result) return result;
    }
    return {};
}

Check check_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) return broken("a text is too long");
    return rule(is_valid_utf8(text), "a text is not valid UTF-8");
}

/// An empty one would hold everywhere or nowhere.
Check check_term(std::string_view term, std::size_t bytes_max) {
    if (term.empty()) return broken("a term of a query is empty");
    return check_text(term, bytes_max);
}

Check check_path(std::string_view path) {
    if (Check checked = check_wire_path(path); !checked) return broken(checked.error().text());
    return {};
}

Check check_size(std::uint64_t size_bytes) {
    return rule(size_bytes <= kFileSizeMax, "a size is above 2^53 bytes");
}

Check check_peer(const PeerId& peer) {
    return rule(!peer.is_zero(), "a peer id is zero");
}

Check check_address(const Address& address) {
    if (address.port == 0) return broken("a port is zero");
    return rule(is_numeric_host(address.host), "an address is not a numeric one");
}

Check check_member(const Member& member) {
    if (Check checked = check_peer(member.peer); !checked) return checked;
    if (Check checked = check_text(member.name, kPeerNameBytesMax); !checked) return checked;
    if (Check checked = check_text(member.program_version, kVersionBytesMax); !checked)
        return checked;
    if (member.addresses.size() > kAddressesPerMemberMax) return broken("too many addresses");
    if (member.key != PublicKey{} && peer_id_of(member.key) != member.peer)
        return broken("a key is not that of its peer");
    return each(member.addresses, check_address);
}

Check check_seal(const Seal& seal) {
    if (Check checked = check_peer(seal.owner); !checked) return checked;
    if (seal.since > seal.up_to) return broken("a run of changes ends before it begins");
    return rule(seal.changes >= 1 && seal.changes <= kDeltaChangesMax,
                "a seal is not of 1 to 2000 changes");
}

Check check_source(const ResultSource& source, const std::vector<Seal>& seals) {
    if (Check checked = check_peer(source.owner); !checked) return checked;
    if (!source.proof) return {};
    const SourceProof& proof = *source.proof;
    if (proof.seal >= seals.size()) return broken("a proof names no seal");
    if (proof.siblings.size() > kProofSiblingsMax) return broken("a proof is too long");
    return rule(proof.position < seals[proof.seal].changes, "a proof is beyond its run");
}

Check check_result(const SearchResult& result, const std::vector<Seal>& seals) {
    if (Check checked = check_path(result.path); !checked) return checked;
    if (Check checked = check_size(result.size_bytes); !checked) return checked;
    if (!std::isfinite(result.score)) return broken("a score is not a number");
    if (result.sources.size() > kSourcesPerResultMax) return broken("too many sources of a result");
    return each(result.sources,
                [&](const ResultSource& source) { return check_source(source, seals); });
}

Check check_results(const std::vector<SearchResult>& results, std::size_t results_max,
                    const std::vector<Member>& owners, const std::vector<Seal>& seals) {
    if (results.size() > results_max) return broken("too many results");
    if (owners.size() > kOwnersPerReplyMax) return broken("too many owners of results");
    if (seals.size() > kSealsPerReplyMax) return broken("too many seals");
    if (Check checked = each(seals, check_seal); !checked) return checked;
    const auto check_one = [&](const SearchResult& result) { return check_result(result, seals); };
    if (Check checked = each(results, check_one); !checked) return checked;
    return each(owners, check_member);
}

/// Whether `first` and the `count` after it are pieces that some file can have.
Check check_pieces(PieceIndex first, std::uint64_t count) {
    return rule(first.value + count <= kPiecesMax, "no file has such a piece");
}

Check check(const Hello& hello) {
    if (Check checked = check_peer(hello.peer); !checked) return checked;
    if (hello.port == 0) return broken("a port is zero");
    if (Check checked = check_text(hello.name, kPeerNameBytesMax); !checked) return checked;
    return check_text(hello.program_version, kVersionBytesMax);
}

Check check(const CatalogUpdate& update) {
    const CatalogDelta& delta = update.delta;
    if (delta.changes.size() > kDeltaChangesMax) return broken("too many changes");
    if (delta.since > delta.up_to) return broken("a run of changes ends before it begins");
    std::uint64_t version = delta.since;
    for (const EntryChange& change : delta.changes) {
        if (change.version <= version) return broken("changes are not in order of version");
        version = change.version;
        if (change.what == EntryChange::What::removed) continue;
        if (Check checked = check_path(change.entry.path); !checked) return checked;
        if (Check checked = check_size(change.entry.size_bytes); !checked) return checked;
    }
    return rule(version <= delta.up_to, "a change is newer than its run");
}

Check check(const Roster& roster) {
    if (roster.members.size() > kRosterMembersMax) return broken("too many members");
    return each(roster.members, check_member);
}

Check check(const Standbys& standbys) {
    if (standbys.members.size() > kStandbysMax) return broken("too many standbys");
    return each(standbys.members, check_member);
}

Check check(const FollowersRequest& request) {
    return rule(request.positions.size() <= kFollowerSamplesMax, "too many followers asked for");
}

Check check(const FollowersProof& proof) {
    if (proof.records.size() > kFollowerSamplesMax) return broken("too many followers");
    return each(proof.records, [](const FollowerRecord& record) {
        return rule(record.follower != PublicKey{}, "a follower's key is zero");
    });
}

Check check(const SearchRequest& request) {
    const Query& query = request.query;
    if (Check checked = check_text(query.text, kQueryBytesMax); !checked) return checked;
    if (query.extensions.size() > kQueryExtensionsMax) return broken("too many extensions");
    const auto check_extension = [](const std::string& extension) {
        return check_term(extension, kExtensionBytesMax);
    };
    if (Check checked = each(query.extensions, check_extension); !checked) return checked;
    for (const auto* terms : {&query.phrases, &query.excluded, &query.folders}) {
        if (terms->size() > kQueryTermsMax) return broken("too many phrases or parts of a path");
        const auto check_one = [](const std::string& term) {
            return check_term(term, kQueryBytesMax);
        };
        if (Check checked = each(*terms, check_one); !checked) return checked;
    }
    return rule(query.limit >= 1 && query.limit <= kQueryLimitMax,
                "the limit of results is not 1 to 200");
}

Check check(const SearchReply& reply) {
    if (reply.covered.size() > kCoveredPerReplyMax) return broken("too many peers are covered");
    if (Check checked = check_text(reply.did_you_mean, kQueryBytesMax); !checked) return checked;
    return check_results(reply.results, kQueryLimitMax, reply.owners, reply.seals);
}

Check check(const LocateRequest& request) {
    const std::size_t digits = request.prefix.size();
    if (digits < kLocatePrefixMin || digits > 2 * sizeof(Hash256)) {
        return broken("the prefix of a hash is not 6 to 64 digits");
    }
    return rule(is_hex(request.prefix), "the prefix of a hash is not hexadecimal");
}

Check check_holding(const Holding& holding) {
    if (Check checked = check_path(holding.name); !checked) return checked;
    if (holding.name.find('/') != std::string::npos) return broken("a name is a path");
    return check_size(holding.size_bytes);
}

Check check_holder(const Holder& holder) {
    if (holder.peers.empty() || holder.peers.size() > kHoldersPerContentMax)
        return broken("a content is not held by 1 to 64 peers");
    if (Check checked = check_holding(holder.holding); !checked) return checked;
    return each(holder.peers, check_peer);
}

Check check(const Holdings& holdings) {
    if (holdings.added.size() > kHoldingsMax || holdings.removed.size() > kHoldingsMax)
        return broken("too many holdings");
    return each(holdings.added, check_holding);
}

Check check(const HaveReply& reply) {
    if (reply.complete)
        return rule(reply.pieces == 0 && reply.bitmap.empty(), "a bitmap of what is complete");
    if (reply.pieces > kHavePiecesMax) return broken("too many pieces in a bitmap");
    return rule(reply.bitmap.size() == (reply.pieces + 7) / 8, "a bitmap is not of its length");
}

Check check(const Have& have) {
    if (have.pieces.size() > kHaveChangesMax) return broken("too many new pieces");
    return each(have.pieces, [](std::uint32_t piece) {
        return rule(piece < kHavePiecesMax, "no download has such a piece");
    });
}

Check check(const LocateReply& reply) {
    if (reply.holders.size() > kLocateMatchesMax) return broken("too many holders");
    if (reply.covered.size() > kCoveredPerReplyMax) return broken("too many peers are covered");
    if (Check checked = each(reply.holders, check_holder); !checked) return checked;
    return check_results(reply.matches, kLocateMatchesMax, reply.owners, reply.seals);
}

Check check(const HashReply& reply) {
    return check_size(reply.size_bytes);
}

Check check(const PieceListRequest& request) {
    return check_pieces(request.first, 1);
}

Check check(const PieceListReply& reply) {
    if (Check checked = check_size(reply.size_bytes); !checked) return checked;
    if (reply.hashes.size() > kPieceHashesMax) return broken("too many piece hashes");
    return rule(reply.first.value + reply.hashes.size() <= piece_count(reply.size_bytes),
                "more piece hashes than the file has pieces");
}

Check check(const TreeRequest& request) {
    return rule(request.first <= kDownloadFilesMax, "no folder has such an entry");
}

Check check(const TreeReply& reply) {
    if (reply.entries.size() > kTreeEntriesMax) return broken("too many entries of a folder");
    if (reply.total > kDownloadFilesMax) return broken("a folder has too many entries");
    if (reply.first + reply.entries.size() > reply.total)
        return broken("more entries than the folder has");
    std::string_view before;
    for (const TreeEntry& entry : reply.entries) {
        if (Check checked = check_wire_name(entry.name); !checked)
            return broken(checked.error().text());
        if (entry.name <= before) return broken("a folder's entries are not in order of name");
        before = entry.name;
        if (Check checked = check_size(entry.size_bytes); !checked) return checked;
        if (entry.executable && entry.kind != EntryKind::file)
            return broken("a folder is executable");
    }
    return {};
}

Check check(const BrowseRequest& request) {
    if (!request.path.empty()) {
        if (Check checked = check_path(request.path); !checked) return checked;
    }
    if (request.after.empty()) return {};
    if (Check checked = check_wire_name(request.after); !checked)
        return broken(checked.error().text());
    return {};
}

Check check(const BrowseReply& reply) {
    if (!reply.path.empty()) {
        if (Check checked = check_path(reply.path); !checked) return checked;
    }
    if (Check checked = check_size(reply.size_bytes); !checked) return checked;
    if (reply.entries.size() > kBrowseEntriesMax) return broken("too many entries of a folder");
    for (std::size_t i = 0; i < reply.entries.size(); ++i) {
        const FolderItem& entry = reply.entries[i];
        if (Check checked = check_wire_name(entry.name); !checked)
            return broken(checked.error().text());
        if (Check checked = check_size(entry.size_bytes); !checked) return checked;
        if (i == 0) continue;
        const FolderItem& before = reply.entries[i - 1];
        const bool in_order =
            before.kind == entry.kind ? before.name < entry.name : entry.kind == EntryKind::file;
        if (!in_order) return broken("a folder's entries are not in order");
    }
    return {};
}

Check check(const PieceRequest& request) {
    if (request.count < 1 || request.count > kPiecesPerRequestMax) {
        return broken("the number of pieces asked for is not 1 to 256");
    }
    return check_pieces(request.first, request.count);
}

Check check(const PieceHeader& header) {
    if (header.length < 1 || header.length > kPieceSizeMax) {
        return broken("the length of a piece is not 1 byte to 16 MiB");
    }
    return check_pieces(header.piece, 1);
}

Check check(const ProbeReply& reply) {
    return check_address(reply.seen_at);
}

/// Messages in which every value that the types can hold is allowed.
template <class Any>
Check check(const Any&) {
    return {};
}

}  // namespace

Result<void> check_message(const Message& message) {
    return std::visit([](const auto& kind) { return check(kind); }, message);
}

}  // namespace iwant::protocol
