#pragma once

// Every message that peers exchange, as plain structs; proto/iwant.proto is the wire form and
// doc/protocol.md tells the story. The codec (codec.h) turns one into the other and enforces
// limits.h, so whatever arrives here as a struct is within all limits. Requests carry a RequestId
// chosen by the asker, unique on its side of the session; the answer repeats it.

#include <variant>

#include "core/protocol/cluster_messages.h"
#include "core/protocol/content_messages.h"
#include "core/protocol/search_messages.h"
#include "core/protocol/session_messages.h"

namespace iwant::protocol {

using Message =
    std::variant<Hello, Ping, Pong, LeaderClaim, LeaderResigns, Register, Registered, CatalogUpdate,
                 CatalogAck, Roster, Standbys, PreVoteRequest, PreVote, FollowersRequest,
                 FollowersProof, SearchRequest, SearchReply, LocateRequest, LocateReply,
                 HashRequest, HashReply, PieceListRequest, PieceListReply, TreeRequest, TreeReply,
                 PieceRequest, PieceHeader, Refusal, Goodbye, ProbeRequest, ProbeReply, Holdings,
                 HaveRequest, HaveReply, Have, BrowseRequest, BrowseReply>;

}  // namespace iwant::protocol
