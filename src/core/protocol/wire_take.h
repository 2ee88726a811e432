#pragma once

// Each `take` fills a struct from its wire form and says whether all values fit. Only the decoder
// includes this.

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/protocol/messages.h"
#include "core/protocol/wire_range.h"
#include "iwant.pb.h"

namespace iwant::protocol {

inline bool take(const std::string& from, Hash256& to) {
    if (from.size() != to.bytes.size()) return false;
    std::ranges::copy(from, to.bytes.begin());
    return true;
}

template <class Tag>
bool take(const std::string& from, HashId<Tag>& to) {
    return take(from, to.hash);
}

/// An id that is allowed to be absent, but then not as 32 zeros.
inline bool take_or_absent(const std::string& from, PeerId& to) {
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

inline bool take_port(std::uint32_t from, std::uint16_t& to) {
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

/// Digests one behind the other.
template <std::size_t Size>
bool take_all(const std::string& from, std::vector<std::array<std::uint8_t, Size>>& to) {
    if (from.size() % Size != 0) return false;
    to.resize(from.size() / Size);
    auto next = from.begin();
    for (auto& digest : to) next = std::ranges::copy_n(next, Size, digest.begin()).in;
    return true;
}

inline CatalogState catalog_state(const wire::CatalogState& from) {
    return {from.catalog_id(), from.version()};
}

// Parts of messages.
bool take(const wire::LeaderView& from, LeaderView& to);
bool take(const wire::Address& from, Address& to);
bool take(const wire::Member& from, Member& to);
bool take(const wire::EntryChange& from, EntryChange& to);
bool take(const wire::FollowerRecord& from, FollowerRecord& to);
bool take(const wire::Holding& from, Holding& to);
bool take(const wire::Holder& from, Holder& to);
bool take(const wire::ResultSource& from, ResultSource& to);
bool take(const wire::Seal& from, Seal& to);
bool take(const wire::SearchResult& from, SearchResult& to);
bool take(const wire::TreeEntry& from, TreeEntry& to);
bool take(const wire::BrowseEntry& from, FolderItem& to);

template <class WireList, class Element>
bool take_list(const WireList& from, std::vector<Element>& to) {
    to.resize(static_cast<std::size_t>(from.size()));
    for (int i = 0; i < from.size(); ++i) {
        if (!take(from.Get(i), to[static_cast<std::size_t>(i)])) return false;
    }
    return true;
}

// wire_decode.cc
bool take(const wire::Hello& from, Hello& to);
bool take(const wire::Ping& from, Ping& to);
bool take(const wire::Pong& from, Pong& to);
bool take(const wire::Goodbye& from, Goodbye& to);
bool take(const wire::ProbeRequest& from, ProbeRequest& to);
bool take(const wire::ProbeReply& from, ProbeReply& to);
bool take(const wire::Refusal& from, Refusal& to);

// wire_decode_cluster.cc
bool take(const wire::LeaderClaim& from, LeaderClaim& to);
bool take(const wire::LeaderResigns& from, LeaderResigns& to);
bool take(const wire::Register& from, Register& to);
bool take(const wire::Registered& from, Registered& to);
bool take(const wire::Roster& from, Roster& to);
bool take(const wire::Standbys& from, Standbys& to);
bool take(const wire::PreVoteRequest& from, PreVoteRequest& to);
bool take(const wire::PreVote& from, PreVote& to);
bool take(const wire::FollowersRequest& from, FollowersRequest& to);
bool take(const wire::FollowersProof& from, FollowersProof& to);
bool take(const wire::CatalogUpdate& from, CatalogUpdate& to);
bool take(const wire::CatalogAck& from, CatalogAck& to);

// wire_decode_search.cc
bool take(const wire::SearchRequest& from, SearchRequest& to);
bool take(const wire::SearchReply& from, SearchReply& to);
bool take(const wire::LocateRequest& from, LocateRequest& to);
bool take(const wire::LocateReply& from, LocateReply& to);
bool take(const wire::BrowseRequest& from, BrowseRequest& to);
bool take(const wire::BrowseReply& from, BrowseReply& to);

// wire_decode_content.cc
bool take(const wire::Holdings& from, Holdings& to);
bool take(const wire::HaveRequest& from, HaveRequest& to);
bool take(const wire::HaveReply& from, HaveReply& to);
bool take(const wire::Have& from, Have& to);
bool take(const wire::HashRequest& from, HashRequest& to);
bool take(const wire::HashReply& from, HashReply& to);
bool take(const wire::PieceListRequest& from, PieceListRequest& to);
bool take(const wire::PieceListReply& from, PieceListReply& to);
bool take(const wire::TreeRequest& from, TreeRequest& to);
bool take(const wire::TreeReply& from, TreeReply& to);
bool take(const wire::PieceRequest& from, PieceRequest& to);
bool take(const wire::PieceHeader& from, PieceHeader& to);

}  // namespace iwant::protocol
