#include "base/content.h"

#include <algorithm>

#include "base/assert.h"
#include "base/hash.h"

namespace iwant {

std::uint64_t piece_size_for(std::uint64_t size_bytes) {
    std::uint64_t piece_size = kPieceSizeMin;
    while (piece_size < kPieceSizeMax && size_bytes > piece_size * kPiecesAim) piece_size *= 2;
    return piece_size;
}

std::uint64_t piece_count(std::uint64_t size_bytes) {
    const std::uint64_t piece_size = piece_size_for(size_bytes);
    return size_bytes / piece_size + (size_bytes % piece_size != 0 ? 1 : 0);
}

std::uint64_t piece_length(std::uint64_t size_bytes, PieceIndex piece) {
    const std::uint64_t piece_size = piece_size_for(size_bytes);
    const std::uint64_t offset = piece.value * piece_size;
    ASSERT(offset < size_bytes);
    return std::min(piece_size, size_bytes - offset);
}

FileId file_id(const PieceList& pieces) {
    ASSERT(pieces.hashes.size() == piece_count(pieces.size_bytes));
    Hasher hasher("iwant 2026-11 file id");
    hasher.update_u64(piece_size_for(pieces.size_bytes)).update_u64(pieces.size_bytes);
    for (const Hash256& hash : pieces.hashes) hasher.update(hash.bytes);
    return FileId{hasher.digest()};
}

void sort_listing(TreeListing& listing) {
    std::ranges::sort(listing.entries, {}, &TreeEntry::name);
}

TreeId tree_id(const TreeListing& listing) {
    Hasher hasher("iwant 2026-11 tree id");
    hasher.update_u64(listing.entries.size());
    for (const TreeEntry& entry : listing.entries) {
        const std::uint64_t flags =
            static_cast<std::uint64_t>(entry.kind) | (entry.executable ? 2u : 0u);
        hasher.update_u64(entry.name.size()).update(entry.name).update_u64(flags);
        hasher.update_u64(entry.size_bytes).update(entry.content.bytes);
    }
    return TreeId{hasher.digest()};
}

}  // namespace iwant
