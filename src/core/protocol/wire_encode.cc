#include "core/protocol/wire_encode.h"

#include <algorithm>
#include <array>
#include <variant>

#include "core/protocol/wire_range.h"
#include "iwant.pb.h"

namespace iwant::protocol {
namespace {

std::string raw(const Hash256& hash) {
    return {hash.bytes.begin(), hash.bytes.end()};
}

/// An id of which zero means "none".
std::string raw_or_absent(const PeerId& peer) {
    return peer.is_zero() ? std::string() : raw(peer.hash);
}

std::string raw_or_absent(const std::optional<Hash256>& hash) {
    return hash ? raw(*hash) : std::string();
}

template <std::size_t Size>
std::string raw(const std::array<std::uint8_t, Size>& from) {
    return {from.begin(), from.end()};
}

/// A key or a signature of which all zero means "none".
template <std::size_t Size>
std::string raw_or_absent(const std::array<std::uint8_t, Size>& from) {
    return from == std::array<std::uint8_t, Size>{} ? std::string() : raw(from);
}

void put(const LeaderView& from, wire::LeaderView* to) {
    to->set_epoch(from.epoch);
    to->set_leader(raw_or_absent(from.leader));
}

void put(const CatalogState& from, wire::CatalogState* to) {
    to->set_catalog_id(from.catalog_id);
    to->set_version(from.version);
}

void put(const Member& from, wire::Member* to) {
    to->set_peer(raw(from.peer.hash));
    to->set_name(from.name);
    for (const Address& address : from.addresses) {
        wire::Address* out = to->add_addresses();
        out->set_host(address.host);
        out->set_port(address.port);
    }
    to->set_online(from.online);
    to->set_files(from.files);
    to->set_bytes_shared(from.bytes);
    to->set_program_version(from.program_version);
    to->set_key(raw_or_absent(from.key));
}

void put(const EntryChange& from, wire::EntryChange* to) {
    to->set_version(from.version);
    to->set_entry(from.entry.id.value);
    if (from.what == EntryChange::What::removed) {
        to->set_removed(true);
        return;
    }
    to->set_kind(static_cast<wire::EntryKind>(from.entry.kind));
    to->set_path(from.entry.path);
    to->set_size_bytes(from.entry.size_bytes);
    to->set_modified(clamp_date(from.entry.modified));
    to->set_content(raw_or_absent(from.entry.content));
}

void put(const Holding& from, wire::Holding* to) {
    to->set_kind(static_cast<wire::EntryKind>(from.kind));
    to->set_content(raw(from.content));
    to->set_name(from.name);
    to->set_size_bytes(from.size_bytes);
}

void put(const SourceProof& from, wire::SourceProof* to) {
    to->set_seal(from.seal);
    to->set_position(from.position);
    if (from.place) to->set_place(raw(*from.place));
    for (const Digest16& digest : from.siblings)
        to->mutable_siblings()->append(digest.begin(), digest.end());
}

void put(const Seal& from, wire::Seal* to) {
    to->set_owner(raw(from.owner.hash));
    to->set_catalog_id(from.catalog_id);
    to->set_since(from.since);
    to->set_up_to(from.up_to);
    to->set_changes(from.changes);
    to->set_signature(raw(from.signature));
}

void put(const SearchResult& from, wire::SearchResult* to) {
    to->set_kind(static_cast<wire::EntryKind>(from.kind));
    to->set_content(raw_or_absent(from.content));
    to->set_path(from.path);
    to->set_size_bytes(from.size_bytes);
    to->set_modified(clamp_date(from.modified));
    to->set_score(from.score);
    for (const ResultSource& source : from.sources) {
        wire::ResultSource* out = to->add_sources();
        out->set_owner(raw(source.owner.hash));
        out->set_entry(source.entry.value);
        out->set_online(source.online);
        if (source.proof) put(*source.proof, out->mutable_proof());
    }
}

void put(const TreeEntry& from, wire::TreeEntry* to) {
    to->set_name(from.name);
    to->set_kind(static_cast<wire::EntryKind>(from.kind));
    to->set_executable(from.executable);
    to->set_size_bytes(from.size_bytes);
    to->set_content(raw(from.content));
}

void put(const Query& from, wire::Query* to) {
    to->set_text(from.text);
    to->set_types(from.types.bits());
    if (from.size_min) to->set_size_min(*from.size_min);
    if (from.size_max) to->set_size_max(*from.size_max);
    for (const std::string& extension : from.extensions) to->add_extensions(extension);
    if (from.owner) to->set_owner(raw(from.owner->hash));
    to->set_exact(from.exact);
    to->set_limit(from.limit);
    if (from.modified_min) to->set_modified_min(*from.modified_min);
    if (from.modified_max) to->set_modified_max(*from.modified_max);
    for (const std::string& phrase : from.phrases) to->add_phrases(phrase);
    for (const std::string& words : from.excluded) to->add_excluded(words);
    for (const std::string& folder : from.folders) to->add_folders(folder);
}

void put(const Hello& from, wire::Frame& frame) {
    wire::Hello* to = frame.mutable_hello();
    to->set_protocol_version(from.protocol_version);
    to->set_purpose(static_cast<wire::StreamPurpose>(from.purpose));
    to->set_peer(raw(from.peer.hash));
    to->set_instance(from.instance);
    to->set_name(from.name);
    to->set_port(from.port);
    to->set_program_version(from.program_version);
    put(from.leader, to->mutable_leader());
    put(from.catalog, to->mutable_catalog());
}

void put(const Ping& from, wire::Frame& frame) {
    frame.mutable_ping()->set_sequence(from.sequence);
    put(from.leader, frame.mutable_ping()->mutable_leader());
}

void put(const Pong& from, wire::Frame& frame) {
    frame.mutable_pong()->set_sequence(from.sequence);
    put(from.leader, frame.mutable_pong()->mutable_leader());
}

void put(const Goodbye& from, wire::Frame& frame) {
    frame.mutable_goodbye()->set_reason(static_cast<wire::Goodbye::Reason>(from.reason));
}

void put(const ProbeRequest& from, wire::Frame& frame) {
    frame.mutable_probe_request()->set_request(from.request.value);
}

void put(const ProbeReply& from, wire::Frame& frame) {
    wire::ProbeReply* to = frame.mutable_probe_reply();
    to->set_request(from.request.value);
    if (from.multicast4_ms) to->set_multicast4_ms(*from.multicast4_ms);
    if (from.multicast6_ms) to->set_multicast6_ms(*from.multicast6_ms);
    if (from.broadcast_ms) to->set_broadcast_ms(*from.broadcast_ms);
    to->mutable_seen_at()->set_host(from.seen_at.host);
    to->mutable_seen_at()->set_port(from.seen_at.port);
    to->set_dial_back(static_cast<wire::ProbeReply::DialBack>(from.dial_back));
}

void put(const Refusal& from, wire::Frame& frame) {
    frame.mutable_refusal()->set_request(from.request.value);
    frame.mutable_refusal()->set_code(static_cast<wire::Refusal::Code>(from.code));
    if (from.place != 0) frame.mutable_refusal()->set_place(from.place);
}

void put(const LeaderClaim& from, wire::Frame& frame) {
    put(from.view, frame.mutable_leader_claim()->mutable_view());
    frame.mutable_leader_claim()->set_followers(from.followers);
}

void put(const LeaderResigns& from, wire::Frame& frame) {
    put(from.view, frame.mutable_leader_resigns()->mutable_view());
    frame.mutable_leader_resigns()->set_successor(raw_or_absent(from.successor));
}

void put(const Register& from, wire::Frame& frame) {
    wire::Register* to = frame.mutable_register_();
    put(from.view, to->mutable_view());
    put(from.catalog, to->mutable_catalog());
    to->set_files(from.files);
    to->set_bytes_shared(from.bytes);
    to->set_sequence(from.sequence);
    to->set_signature(raw_or_absent(from.signature));
}

void put(const Registered& from, wire::Frame& frame) {
    wire::Registered* to = frame.mutable_registered();
    put(from.view, to->mutable_view());
    to->set_verdict(static_cast<wire::Registered::Verdict>(from.verdict));
    put(from.have, to->mutable_have());
}

void put(const Roster& from, wire::Frame& frame) {
    wire::Roster* to = frame.mutable_roster();
    put(from.view, to->mutable_view());
    to->set_revision(from.revision);
    to->set_first(from.first);
    to->set_last(from.last);
    for (const Member& member : from.members) put(member, to->add_members());
}

void put(const Standbys& from, wire::Frame& frame) {
    wire::Standbys* to = frame.mutable_standbys();
    put(from.view, to->mutable_view());
    for (const Member& member : from.members) put(member, to->add_members());
}

void put(const PreVoteRequest& from, wire::Frame& frame) {
    put(from.view, frame.mutable_pre_vote_request()->mutable_view());
}

void put(const PreVote& from, wire::Frame& frame) {
    put(from.view, frame.mutable_pre_vote()->mutable_view());
    frame.mutable_pre_vote()->set_lost(from.lost);
}

void put(const FollowersRequest& from, wire::Frame& frame) {
    wire::FollowersRequest* to = frame.mutable_followers_request();
    put(from.view, to->mutable_view());
    for (const std::uint32_t position : from.positions) to->add_positions(position);
}

void put(const FollowersProof& from, wire::Frame& frame) {
    wire::FollowersProof* to = frame.mutable_followers_proof();
    put(from.view, to->mutable_view());
    for (const FollowerRecord& record : from.records) {
        wire::FollowerRecord* out = to->add_records();
        out->set_follower(raw(record.follower));
        out->set_epoch(record.epoch);
        out->set_sequence(record.sequence);
        out->set_signature(raw(record.signature));
    }
}

void put(const CatalogUpdate& from, wire::Frame& frame) {
    wire::CatalogUpdate* to = frame.mutable_catalog_update();
    put(from.view, to->mutable_view());
    to->set_catalog_id(from.delta.catalog_id);
    to->set_since(from.delta.since);
    to->set_up_to(from.delta.up_to);
    to->set_more(from.delta.more);
    for (const EntryChange& change : from.delta.changes) put(change, to->add_changes());
    to->set_seal(raw_or_absent(from.seal));
}

void put(const CatalogAck& from, wire::Frame& frame) {
    put(from.have, frame.mutable_catalog_ack()->mutable_have());
}

void put(const SearchRequest& from, wire::Frame& frame) {
    frame.mutable_search_request()->set_request(from.request.value);
    put(from.query, frame.mutable_search_request()->mutable_query());
}

void put(const std::vector<PeerMark>& from, std::string* to) {
    for (const PeerMark& mark : from) to->append(mark.begin(), mark.end());
}

void put(const SearchReply& from, wire::Frame& frame) {
    wire::SearchReply* to = frame.mutable_search_reply();
    to->set_request(from.request.value);
    put(from.view, to->mutable_view());
    to->set_complete(from.complete);
    to->set_known(from.coverage.known);
    to->set_indexed(from.coverage.indexed);
    to->set_total(from.total);
    for (const SearchResult& result : from.results) put(result, to->add_results());
    for (const Member& owner : from.owners) put(owner, to->add_owners());
    for (const Seal& seal : from.seals) put(seal, to->add_seals());
    put(from.covered, to->mutable_covered());
    to->set_did_you_mean(from.did_you_mean);
}

void put(const LocateRequest& from, wire::Frame& frame) {
    frame.mutable_locate_request()->set_request(from.request.value);
    frame.mutable_locate_request()->set_prefix(from.prefix);
}

void put(const LocateReply& from, wire::Frame& frame) {
    wire::LocateReply* to = frame.mutable_locate_reply();
    to->set_request(from.request.value);
    put(from.view, to->mutable_view());
    to->set_complete(from.complete);
    for (const SearchResult& match : from.matches) put(match, to->add_matches());
    for (const Member& owner : from.owners) put(owner, to->add_owners());
    for (const Seal& seal : from.seals) put(seal, to->add_seals());
    for (const Holder& holder : from.holders) {
        wire::Holder* out = to->add_holders();
        put(holder.holding, out->mutable_holding());
        for (const PeerId& peer : holder.peers) out->add_peers(raw(peer.hash));
    }
    put(from.covered, to->mutable_covered());
}

void put(const Holdings& from, wire::Frame& frame) {
    wire::Holdings* to = frame.mutable_holdings();
    to->set_whole(from.whole);
    for (const Holding& holding : from.added) put(holding, to->add_added());
    for (const Hash256& content : from.removed) to->add_removed(raw(content));
}

void put(const HaveRequest& from, wire::Frame& frame) {
    frame.mutable_have_request()->set_request(from.request.value);
    frame.mutable_have_request()->set_content(raw(from.content));
}

void put(const HaveReply& from, wire::Frame& frame) {
    wire::HaveReply* to = frame.mutable_have_reply();
    to->set_request(from.request.value);
    to->set_complete(from.complete);
    to->set_pieces(from.pieces);
    to->set_bitmap(std::string(from.bitmap.begin(), from.bitmap.end()));
}

void put(const Have& from, wire::Frame& frame) {
    wire::Have* to = frame.mutable_have();
    to->set_content(raw(from.content));
    for (const std::uint32_t piece : from.pieces) to->add_pieces(piece);
}

void put(const HashRequest& from, wire::Frame& frame) {
    frame.mutable_hash_request()->set_request(from.request.value);
    frame.mutable_hash_request()->set_entry(from.entry.value);
}

void put(const HashReply& from, wire::Frame& frame) {
    wire::HashReply* to = frame.mutable_hash_reply();
    to->set_request(from.request.value);
    to->set_kind(static_cast<wire::EntryKind>(from.kind));
    to->set_content(raw(from.content));
    to->set_size_bytes(from.size_bytes);
}

void put(const PieceListRequest& from, wire::Frame& frame) {
    wire::PieceListRequest* to = frame.mutable_piece_list_request();
    to->set_request(from.request.value);
    to->set_file(raw(from.file.hash));
    to->set_first(from.first.value);
}

void put(const PieceListReply& from, wire::Frame& frame) {
    wire::PieceListReply* to = frame.mutable_piece_list_reply();
    to->set_request(from.request.value);
    to->set_size_bytes(from.size_bytes);
    to->set_first(from.first.value);
    std::string* hashes = to->mutable_hashes();
    hashes->reserve(from.hashes.size() * sizeof(Hash256));
    for (const Hash256& hash : from.hashes) hashes->append(hash.bytes.begin(), hash.bytes.end());
}

void put(const TreeRequest& from, wire::Frame& frame) {
    wire::TreeRequest* to = frame.mutable_tree_request();
    to->set_request(from.request.value);
    to->set_tree(raw(from.tree.hash));
    to->set_first(from.first);
}

void put(const TreeReply& from, wire::Frame& frame) {
    wire::TreeReply* to = frame.mutable_tree_reply();
    to->set_request(from.request.value);
    to->set_first(from.first);
    to->set_total(from.total);
    for (const TreeEntry& entry : from.entries) put(entry, to->add_entries());
}

void put(const FolderItem& from, wire::BrowseEntry* to) {
    to->set_name(from.name);
    to->set_kind(static_cast<wire::EntryKind>(from.kind));
    to->set_size_bytes(from.size_bytes);
    to->set_modified(clamp_date(from.modified));
    to->set_content(raw_or_absent(from.content));
    to->set_files(from.files);
}

void put(const BrowseRequest& from, wire::Frame& frame) {
    wire::BrowseRequest* to = frame.mutable_browse_request();
    to->set_request(from.request.value);
    to->set_path(from.path);
    to->set_after(from.after);
    to->set_after_kind(static_cast<wire::EntryKind>(from.after_kind));
}

void put(const BrowseReply& from, wire::Frame& frame) {
    wire::BrowseReply* to = frame.mutable_browse_reply();
    to->set_request(from.request.value);
    to->set_path(from.path);
    to->set_files(from.files);
    to->set_size_bytes(from.size_bytes);
    to->set_more(from.more);
    for (const FolderItem& entry : from.entries) put(entry, to->add_entries());
}

void put(const PieceRequest& from, wire::Frame& frame) {
    wire::PieceRequest* to = frame.mutable_piece_request();
    to->set_request(from.request.value);
    to->set_file(raw(from.file.hash));
    to->set_first(from.first.value);
    to->set_count(from.count);
}

void put(const PieceHeader& from, wire::Frame& frame) {
    wire::PieceHeader* to = frame.mutable_piece_header();
    to->set_request(from.request.value);
    to->set_piece(from.piece.value);
    to->set_length(from.length);
}

}  // namespace

void to_wire(const Message& message, wire::Frame& frame) {
    std::visit([&](const auto& kind) { put(kind, frame); }, message);
}

}  // namespace iwant::protocol
