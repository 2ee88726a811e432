#pragma once

// Content addressing: how files are cut into pieces, and how files and folders get their ids
// (doc/protocol.md, "Content"). A FileId commits to the piece list, so that a list from anybody can
// be checked before the first piece is asked for; a TreeId commits to a folder's listing.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace iwant {

inline constexpr std::uint64_t kPieceSizeMin = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kPieceSizeMax = std::uint64_t{16} << 20;
/// Above this many pieces the piece size doubles, until it is kPieceSizeMax.
inline constexpr std::uint64_t kPiecesAim = 16384;
/// 2^53 bytes: exact in JSON numbers too.
inline constexpr std::uint64_t kFileSizeMax = std::uint64_t{1} << 53;

/// The piece size in bytes of a file of `size_bytes`: 1 MiB, doubled until 16,384 pieces do or it
/// is 16 MiB. A pure function of the size, so it never travels.
std::uint64_t piece_size_for(std::uint64_t size_bytes);

/// How many pieces a file has; an empty file has none.
std::uint64_t piece_count(std::uint64_t size_bytes);

/// The length in bytes of one piece; only the last may be shorter than the piece size.
std::uint64_t piece_length(std::uint64_t size_bytes, PieceIndex piece);

/// What it takes to verify a file: its size and the hash of each piece in order.
struct PieceList {
    std::uint64_t size_bytes = 0;
    std::vector<Hash256> hashes;

    bool operator==(const PieceList&) const = default;
};

/// The FileId that a piece list stands for. The list must have piece_count(size) hashes.
FileId file_id(const PieceList& pieces);

/// One line of a folder's listing.
struct TreeEntry {
    std::string name;  ///< one component, NFC
    EntryKind kind = EntryKind::file;
    bool executable = false;       ///< files only
    std::uint64_t size_bytes = 0;  ///< of a folder: the sum of its files
    Hash256 content;               ///< FileId or TreeId

    bool operator==(const TreeEntry&) const = default;
};

/// The entries of one folder, sorted by the bytes of their names, each name once.
struct TreeListing {
    std::vector<TreeEntry> entries;

    bool operator==(const TreeListing&) const = default;
};

/// Puts the entries in order; call before tree_id. Does not remove doubles.
void sort_listing(TreeListing& listing);

/// The TreeId of a sorted listing.
TreeId tree_id(const TreeListing& listing);

/// Piece lists are shared between the event thread and workers, and never change.
using SharedPieceList = std::shared_ptr<const PieceList>;

}  // namespace iwant
