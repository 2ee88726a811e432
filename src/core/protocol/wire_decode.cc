#include "core/protocol/wire_decode.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/protocol/wire_range.h"
#include "iwant.pb.h"

namespace iwant::protocol {
namespace {

// Every `take` fills a struct from its wire form and says whether all values fit.

bool take(const std::string& from, Hash256& to) {
    if (from.size() != to.bytes.size()) return false;
    std::ranges::copy(from, to.bytes.begin());
    return true;
}

template <class Tag>
bool take(const std::string& from, HashId<Tag>& to) {
    return take(from, to.hash);
}

/// An id that is allowed to be absent, but then not as 32 zeros.
bool take_or_absent(const std::string& from, PeerId& to) {
    return from.empty() || (take(from, to) && !to.is_zero());
}

/// A key or a signature.
template <std::size_t Size>
bool take(const std::string& from, std::array<std::uint8_t, Size>& to) {
    if (from.size() != Size) return false;
    std::ranges::copy(from, to.begin());
    return true;
}

template <std::size_t Size>
bool take_or_absent(const std::string& from, std::array<std::uint8_t, Size>& to) {
    return from.empty() || (take(from, to) && to != std::array<std::uint8_t, Size>{});
}

template <class Id>
bool take_or_absent(const std::string& from, std::optional<Id>& to) {
    return from.empty() || take(from, to.emplace());
}

bool take_port(std::uint32_t from, std::uint16_t& to) {
    to = static_cast<std::uint16_t>(from);
    return from <= std::numeric_limits<std::uint16_t>::max();
}

/// Enumerations are the same numbers on both sides, from 0 to `last`.
template <class Enum>
bool take_enum(int from, Enum last, Enum& to) {
    if (from < 0 || from > static_cast<int>(last)) return false;
    to = static_cast<Enum>(from);
    return true;
}

template <class WireList, class Element>
bool take_list(const WireList& from, std::vector<Element>& to);

bool take(const wire::LeaderView& from, LeaderView& to) {
    to.epoch = from.epoch();
    return take_or_absent(from.leader(), to.leader);
}

CatalogState catalog_state(const wire::CatalogState& from) {
    return {from.catalog_id(), from.version()};
}

bool take(const wire::Address& from, Address& to) {
    to.host = from.host();
    return take_port(from.port(), to.port);
}

bool take(const wire::Member& from, Member& to) {
    to.name = from.name();
    to.online = from.online();
    to.files = from.files();
    to.bytes = from.bytes_shared();
    to.program_version = from.program_version();
    return take(from.peer(), to.peer) && take_list(from.addresses(), to.addresses) &&
           take_or_absent(from.key(), to.key);
}

bool take(const wire::EntryChange& from, EntryChange& to) {
    to.version = from.version();
    to.entry.id.value = from.entry();
    if (from.removed()) {
        to.what = EntryChange::What::removed;
        return true;
    }
    to.entry.path = from.path();
    to.entry.size_bytes = from.size_bytes();
    to.entry.modified = clamp_date(from.modified());
    return take_enum(from.kind(), EntryKind::folder, to.entry.kind) &&
           take_or_absent(from.content(), to.entry.content);
}

bool take(const wire::Holding& from, Holding& to) {
    to.name = from.name();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::Holder& from, Holder& to) {
    return take(from.holding(), to.holding) && take_list(from.peers(), to.peers);
}

/// Digests one behind the other.
template <std::size_t Size>
bool take_all(const std::string& from, std::vector<std::array<std::uint8_t, Size>>& to) {
    if (from.size() % Size != 0) return false;
    to.resize(from.size() / Size);
    auto next = from.begin();
    for (auto& digest : to) next = std::ranges::copy_n(next, Size, digest.begin()).in;
    return true;
}

bool take(const wire::SourceProof& from, SourceProof& to) {
    to.seal = from.seal();
    to.position = from.position();
    return take_or_absent(from.place(), to.place) && take_all(from.siblings(), to.siblings);
}

bool take(const wire::ResultSource& from, ResultSource& to) {
    to.entry.value = from.entry();
    to.online = from.online();
    return take(from.owner(), to.owner) &&
           (!from.has_proof() || take(from.proof(), to.proof.emplace()));
}

bool take(const wire::Seal& from, Seal& to) {
    to.catalog_id = from.catalog_id();
    to.since = from.since();
    to.up_to = from.up_to();
    to.changes = from.changes();
    return take(from.owner(), to.owner) && take(from.signature(), to.signature);
}

bool take(const wire::SearchResult& from, SearchResult& to) {
    to.path = from.path();
    to.size_bytes = from.size_bytes();
    to.modified = clamp_date(from.modified());
    to.score = from.score();
    return take_enum(from.kind(), EntryKind::folder, to.kind) &&
           take_or_absent(from.content(), to.content) && take_list(from.sources(), to.sources);
}

bool take(const wire::TreeEntry& from, TreeEntry& to) {
    to.name = from.name();
    to.executable = from.executable();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::BrowseEntry& from, BrowseEntry& to) {
    to.name = from.name();
    to.size_bytes = from.size_bytes();
    to.modified = clamp_date(from.modified());
    to.files = from.files();
    return take_enum(from.kind(), EntryKind::folder, to.kind) &&
           take_or_absent(from.content(), to.content);
}

bool take(const wire::Query& from, Query& to) {
    to.text = from.text();
    if (from.has_size_min()) to.size_min = from.size_min();
    if (from.has_size_max()) to.size_max = from.size_max();
    to.extensions.assign(from.extensions().begin(), from.extensions().end());
    to.exact = from.exact();
    to.limit = from.limit();
    if (from.has_modified_min()) to.modified_min = from.modified_min();
    if (from.has_modified_max()) to.modified_max = from.modified_max();
    to.phrases.assign(from.phrases().begin(), from.phrases().end());
    to.excluded.assign(from.excluded().begin(), from.excluded().end());
    to.folders.assign(from.folders().begin(), from.folders().end());
    const std::optional<FileTypes> types = FileTypes::from_bits(from.types());
    to.types = types.value_or(FileTypes());
    return types && take_or_absent(from.owner(), to.owner);
}

bool take(const wire::FollowerRecord& from, FollowerRecord& to) {
    to.epoch = from.epoch();
    to.sequence = from.sequence();
    return take(from.follower(), to.follower) && take(from.signature(), to.signature);
}

template <class WireList, class Element>
bool take_list(const WireList& from, std::vector<Element>& to) {
    to.resize(static_cast<std::size_t>(from.size()));
    for (int i = 0; i < from.size(); ++i) {
        if (!take(from.Get(i), to[static_cast<std::size_t>(i)])) return false;
    }
    return true;
}

bool take(const wire::Hello& from, Hello& to) {
    to.protocol_version = from.protocol_version();
    to.instance = from.instance();
    to.name = from.name();
    to.program_version = from.program_version();
    to.catalog = catalog_state(from.catalog());
    return take_enum(from.purpose(), StreamPurpose::bulk, to.purpose) &&
           take(from.peer(), to.peer) && take_port(from.port(), to.port) &&
           take(from.leader(), to.leader);
}

bool take(const wire::Ping& from, Ping& to) {
    to.sequence = from.sequence();
    return take(from.leader(), to.leader);
}

bool take(const wire::Pong& from, Pong& to) {
    to.sequence = from.sequence();
    return take(from.leader(), to.leader);
}

bool take(const wire::Goodbye& from, Goodbye& to) {
    return take_enum(from.reason(), Goodbye::Reason::identity, to.reason);
}

bool take(const wire::ProbeRequest& from, ProbeRequest& to) {
    to.request.value = from.request();
    return true;
}

bool take(const wire::ProbeReply& from, ProbeReply& to) {
    to.request.value = from.request();
    if (from.has_multicast4_ms()) to.multicast4_ms = from.multicast4_ms();
    if (from.has_multicast6_ms()) to.multicast6_ms = from.multicast6_ms();
    if (from.has_broadcast_ms()) to.broadcast_ms = from.broadcast_ms();
    return take(from.seen_at(), to.seen_at) &&
           take_enum(from.dial_back(), DialBack::unreachable, to.dial_back);
}

bool take(const wire::Refusal& from, Refusal& to) {
    to.request.value = from.request();
    to.place = from.place();
    return take_enum(from.code(), RefusalCode::not_yet, to.code);
}

bool take(const wire::LeaderClaim& from, LeaderClaim& to) {
    to.followers = from.followers();
    return take(from.view(), to.view);
}

bool take(const wire::LeaderResigns& from, LeaderResigns& to) {
    return take(from.view(), to.view) && take_or_absent(from.successor(), to.successor);
}

bool take(const wire::Register& from, Register& to) {
    to.catalog = catalog_state(from.catalog());
    to.files = from.files();
    to.bytes = from.bytes_shared();
    to.sequence = from.sequence();
    return take(from.view(), to.view) && take_or_absent(from.signature(), to.signature);
}

bool take(const wire::Registered& from, Registered& to) {
    to.have = catalog_state(from.have());
    return take(from.view(), to.view) &&
           take_enum(from.verdict(), Registered::Verdict::full, to.verdict);
}

bool take(const wire::Roster& from, Roster& to) {
    to.revision = from.revision();
    to.first = from.first();
    to.last = from.last();
    return take(from.view(), to.view) && take_list(from.members(), to.members);
}

bool take(const wire::Standbys& from, Standbys& to) {
    return take(from.view(), to.view) && take_list(from.members(), to.members);
}

bool take(const wire::PreVoteRequest& from, PreVoteRequest& to) {
    return take(from.view(), to.view);
}

bool take(const wire::PreVote& from, PreVote& to) {
    to.lost = from.lost();
    return take(from.view(), to.view);
}

bool take(const wire::FollowersRequest& from, FollowersRequest& to) {
    to.positions.assign(from.positions().begin(), from.positions().end());
    return take(from.view(), to.view);
}

bool take(const wire::FollowersProof& from, FollowersProof& to) {
    return take(from.view(), to.view) && take_list(from.records(), to.records);
}

bool take(const wire::CatalogUpdate& from, CatalogUpdate& to) {
    to.delta.catalog_id = from.catalog_id();
    to.delta.since = from.since();
    to.delta.up_to = from.up_to();
    to.delta.more = from.more();
    return take(from.view(), to.view) && take_list(from.changes(), to.delta.changes) &&
           take_or_absent(from.seal(), to.seal);
}

bool take(const wire::CatalogAck& from, CatalogAck& to) {
    to.have = catalog_state(from.have());
    return true;
}

bool take(const wire::SearchRequest& from, SearchRequest& to) {
    to.request.value = from.request();
    return take(from.query(), to.query);
}

bool take(const wire::SearchReply& from, SearchReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    to.coverage = {from.known(), from.indexed()};
    to.total = from.total();
    to.did_you_mean = from.did_you_mean();
    return take(from.view(), to.view) && take_list(from.results(), to.results) &&
           take_list(from.owners(), to.owners) && take_list(from.seals(), to.seals) &&
           take_all(from.covered(), to.covered);
}

bool take(const wire::LocateRequest& from, LocateRequest& to) {
    to.request.value = from.request();
    to.prefix = from.prefix();
    return true;
}

bool take(const wire::LocateReply& from, LocateReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    return take(from.view(), to.view) && take_list(from.matches(), to.matches) &&
           take_list(from.owners(), to.owners) && take_list(from.seals(), to.seals) &&
           take_list(from.holders(), to.holders) && take_all(from.covered(), to.covered);
}

bool take(const wire::Holdings& from, Holdings& to) {
    to.whole = from.whole();
    return take_list(from.added(), to.added) && take_list(from.removed(), to.removed);
}

bool take(const wire::HaveRequest& from, HaveRequest& to) {
    to.request.value = from.request();
    return take(from.content(), to.content);
}

bool take(const wire::HaveReply& from, HaveReply& to) {
    to.request.value = from.request();
    to.complete = from.complete();
    to.pieces = from.pieces();
    to.bitmap.assign(from.bitmap().begin(), from.bitmap().end());
    return true;
}

bool take(const wire::Have& from, Have& to) {
    to.pieces.assign(from.pieces().begin(), from.pieces().end());
    return take(from.content(), to.content);
}

bool take(const wire::HashRequest& from, HashRequest& to) {
    to.request.value = from.request();
    to.entry.value = from.entry();
    return true;
}

bool take(const wire::HashReply& from, HashReply& to) {
    to.request.value = from.request();
    to.size_bytes = from.size_bytes();
    return take_enum(from.kind(), EntryKind::folder, to.kind) && take(from.content(), to.content);
}

bool take(const wire::PieceListRequest& from, PieceListRequest& to) {
    to.request.value = from.request();
    to.first.value = from.first();
    return take(from.file(), to.file);
}

bool take(const wire::PieceListReply& from, PieceListReply& to) {
    to.request.value = from.request();
    to.size_bytes = from.size_bytes();
    to.first.value = from.first();
    const std::string& hashes = from.hashes();
    if (hashes.size() % sizeof(Hash256) != 0) return false;
    to.hashes.resize(hashes.size() / sizeof(Hash256));
    auto next = hashes.begin();
    for (Hash256& hash : to.hashes) {
        next = std::ranges::copy_n(next, sizeof(Hash256), hash.bytes.begin()).in;
    }
    return true;
}

bool take(const wire::TreeRequest& from, TreeRequest& to) {
    to.request.value = from.request();
    to.first = from.first();
    return take(from.tree(), to.tree);
}

bool take(const wire::TreeReply& from, TreeReply& to) {
    to.request.value = from.request();
    to.first = from.first();
    to.total = from.total();
    return take_list(from.entries(), to.entries);
}

bool take(const wire::BrowseRequest& from, BrowseRequest& to) {
    to.request.value = from.request();
    to.path = from.path();
    to.after = from.after();
    return take_enum(from.after_kind(), EntryKind::folder, to.after_kind);
}

bool take(const wire::BrowseReply& from, BrowseReply& to) {
    to.request.value = from.request();
    to.path = from.path();
    to.files = from.files();
    to.size_bytes = from.size_bytes();
    to.more = from.more();
    return take_list(from.entries(), to.entries);
}

bool take(const wire::PieceRequest& from, PieceRequest& to) {
    to.request.value = from.request();
    to.first.value = from.first();
    to.count = from.count();
    return take(from.file(), to.file);
}

bool take(const wire::PieceHeader& from, PieceHeader& to) {
    to.request.value = from.request();
    to.piece.value = from.piece();
    to.length = from.length();
    return true;
}

template <class Kind, class Wire>
std::optional<Message> taken(const Wire& from) {
    Message message;
    if (!take(from, message.emplace<Kind>())) return std::nullopt;
    return message;
}

/// What contents are made of, their pieces, and who downloads them.
std::optional<Message> content_from_wire(const wire::Frame& frame) {
    if (frame.has_piece_request()) return taken<PieceRequest>(frame.piece_request());
    if (frame.has_piece_header()) return taken<PieceHeader>(frame.piece_header());
    if (frame.has_hash_request()) return taken<HashRequest>(frame.hash_request());
    if (frame.has_hash_reply()) return taken<HashReply>(frame.hash_reply());
    if (frame.has_piece_list_request()) return taken<PieceListRequest>(frame.piece_list_request());
    if (frame.has_piece_list_reply()) return taken<PieceListReply>(frame.piece_list_reply());
    if (frame.has_tree_request()) return taken<TreeRequest>(frame.tree_request());
    if (frame.has_tree_reply()) return taken<TreeReply>(frame.tree_reply());
    if (frame.has_browse_request()) return taken<BrowseRequest>(frame.browse_request());
    if (frame.has_browse_reply()) return taken<BrowseReply>(frame.browse_reply());
    if (frame.has_holdings()) return taken<Holdings>(frame.holdings());
    if (frame.has_have_request()) return taken<HaveRequest>(frame.have_request());
    if (frame.has_have_reply()) return taken<HaveReply>(frame.have_reply());
    return taken<Have>(frame.have());
}

}  // namespace

std::optional<Message> from_wire(const wire::Frame& frame) {
    using wire::Frame;
    switch (frame.message_case()) {
        case Frame::kHello:
            return taken<Hello>(frame.hello());
        case Frame::kPing:
            return taken<Ping>(frame.ping());
        case Frame::kPong:
            return taken<Pong>(frame.pong());
        case Frame::kGoodbye:
            return taken<Goodbye>(frame.goodbye());
        case Frame::kRefusal:
            return taken<Refusal>(frame.refusal());
        case Frame::kProbeRequest:
            return taken<ProbeRequest>(frame.probe_request());
        case Frame::kProbeReply:
            return taken<ProbeReply>(frame.probe_reply());
        case Frame::kLeaderClaim:
            return taken<LeaderClaim>(frame.leader_claim());
        case Frame::kLeaderResigns:
            return taken<LeaderResigns>(frame.leader_resigns());
        case Frame::kRegister:
            return taken<Register>(frame.register_());
        case Frame::kRegistered:
            return taken<Registered>(frame.registered());
        case Frame::kRoster:
            return taken<Roster>(frame.roster());
        case Frame::kStandbys:
            return taken<Standbys>(frame.standbys());
        case Frame::kPreVoteRequest:
            return taken<PreVoteRequest>(frame.pre_vote_request());
        case Frame::kPreVote:
            return taken<PreVote>(frame.pre_vote());
        case Frame::kFollowersRequest:
            return taken<FollowersRequest>(frame.followers_request());
        case Frame::kFollowersProof:
            return taken<FollowersProof>(frame.followers_proof());
        case Frame::kCatalogUpdate:
            return taken<CatalogUpdate>(frame.catalog_update());
        case Frame::kCatalogAck:
            return taken<CatalogAck>(frame.catalog_ack());
        case Frame::kSearchRequest:
            return taken<SearchRequest>(frame.search_request());
        case Frame::kSearchReply:
            return taken<SearchReply>(frame.search_reply());
        case Frame::kLocateRequest:
            return taken<LocateRequest>(frame.locate_request());
        case Frame::kLocateReply:
            return taken<LocateReply>(frame.locate_reply());
        case Frame::kPieceRequest:
        case Frame::kPieceHeader:
        case Frame::kHashRequest:
        case Frame::kHashReply:
        case Frame::kPieceListRequest:
        case Frame::kPieceListReply:
        case Frame::kTreeRequest:
        case Frame::kTreeReply:
        case Frame::kBrowseRequest:
        case Frame::kBrowseReply:
        case Frame::kHoldings:
        case Frame::kHaveRequest:
        case Frame::kHaveReply:
        case Frame::kHave:
            return content_from_wire(frame);
        case Frame::MESSAGE_NOT_SET:
            break;
    }
    return std::nullopt;
}

}  // namespace iwant::protocol
