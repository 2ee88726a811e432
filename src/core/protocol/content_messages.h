#pragma once

// What contents are made of, who holds which part of them, and the pieces themselves: the messages
// of core/swarm.

#include <cstdint>
#include <string>
#include <vector>

#include "base/content.h"
#include "base/entry.h"
#include "base/ids.h"

namespace iwant::protocol {

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

}  // namespace iwant::protocol
