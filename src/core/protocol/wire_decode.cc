#include "core/protocol/wire_decode.h"

#include "core/protocol/wire_take.h"

namespace iwant::protocol {

bool take(const wire::LeaderView& from, LeaderView& to) {
    to.epoch = from.epoch();
    return take_or_absent(from.leader(), to.leader);
}

bool take(const wire::Address& from, Address& to) {
    to.host = from.host();
    return take_port(from.port(), to.port);
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

namespace {

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
