#include "io/catalog/finished_trees.h"

#include <algorithm>
#include <span>
#include <vector>

#include "io/catalog/database.h"

namespace iwant::catalog {

namespace {

using Bytes = std::vector<std::uint8_t>;

// An entry: what it is, the length of its name and its size, lowest byte first; its content and
// its name.
constexpr std::size_t kLengthBytes = 2;
constexpr std::size_t kSizeBytes = 8;
constexpr std::size_t kFixedBytes = 1 + kLengthBytes + kSizeBytes + sizeof(Hash256);

enum class What : std::uint8_t { file, executable, folder };

What what_is(const TreeEntry& entry) {
    if (entry.kind == EntryKind::folder) return What::folder;
    return entry.executable ? What::executable : What::file;
}

void put_number(Bytes& bytes, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

std::uint64_t take_number(std::span<const std::uint8_t>& bytes, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number |= std::uint64_t{bytes[i]} << (8 * i);
    bytes = bytes.subspan(size);
    return number;
}

Bytes encode(const TreeListing& listing) {
    Bytes bytes;
    for (const TreeEntry& entry : listing.entries) {
        bytes.push_back(static_cast<std::uint8_t>(what_is(entry)));
        put_number(bytes, entry.name.size(), kLengthBytes);
        put_number(bytes, entry.size_bytes, kSizeBytes);
        bytes.insert(bytes.end(), entry.content.bytes.begin(), entry.content.bytes.end());
        bytes.insert(bytes.end(), entry.name.begin(), entry.name.end());
    }
    return bytes;
}

/// Whatever the bytes are; what was damaged on the disk is not the listing of its id.
TreeListing decode(std::span<const std::uint8_t> bytes) {
    TreeListing listing;
    while (bytes.size() >= kFixedBytes) {
        TreeEntry entry;
        const auto what = static_cast<What>(take_number(bytes, 1));
        entry.kind = what == What::folder ? EntryKind::folder : EntryKind::file;
        entry.executable = what == What::executable;
        const std::size_t length = take_number(bytes, kLengthBytes);
        entry.size_bytes = take_number(bytes, kSizeBytes);
        std::copy_n(bytes.begin(), sizeof(Hash256), entry.content.bytes.begin());
        bytes = bytes.subspan(sizeof(Hash256));
        if (length > bytes.size()) break;
        entry.name.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
        bytes = bytes.subspan(length);
        listing.entries.push_back(std::move(entry));
    }
    return listing;
}

}  // namespace

void FinishedTrees::add(const std::map<TreeId, TreeListing>& trees, std::uint64_t bytes_max) {
    for (const auto& [tree, listing] : trees) {
        // One that was there becomes the newest.
        database_.query("INSERT OR REPLACE INTO finished_trees (tree, listing) VALUES (?, ?)")
            .bind(tree.hash, encode(listing))
            .run();
    }
    database_
        .query(
            "DELETE FROM finished_trees WHERE id IN (SELECT id FROM (SELECT id, "
            "sum(length(listing)) OVER (ORDER BY id DESC) AS upwards FROM finished_trees) "
            "WHERE upwards > ?)")
        .bind(bytes_max)
        .run();
}

std::optional<TreeListing> FinishedTrees::find(const TreeId& tree) {
    Query query = database_.query("SELECT listing FROM finished_trees WHERE tree = ?");
    if (!query.bind(tree.hash).step()) return {};
    TreeListing listing = decode(query.bytes(0));
    if (tree_id(listing) != tree) return {};
    return listing;
}

}  // namespace iwant::catalog
