#include "core/protocol/seal.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/assert.h"
#include "base/hash.h"
#include "core/protocol/merkle.h"
#include "core/protocol/wire_range.h"

namespace iwant::protocol {
namespace {

constexpr std::string_view kPurpose = "iwant catalogue run";

// Flags of a leaf.
constexpr std::uint8_t kRemoved = 1;
constexpr std::uint8_t kFolder = 2;
constexpr std::uint8_t kHashed = 4;

/// Fixed-size bytes, written from the front.
template <std::size_t Size>
class Block {
  public:
    Block& byte(std::uint8_t value) {
        bytes_[used_++] = value;
        return *this;
    }
    Block& u64(std::uint64_t number) {
        for (int i = 0; i < 8; ++i) byte(static_cast<std::uint8_t>(number >> (8 * i)));
        return *this;
    }
    template <class Range>
    Block& raw(const Range& range) {
        for (const auto value : range) byte(static_cast<std::uint8_t>(value));
        return *this;
    }
    std::span<const std::uint8_t> bytes() const { return std::span(bytes_).first(used_); }

  private:
    std::array<std::uint8_t, Size> bytes_{};
    std::size_t used_ = 0;
};

Digest16 leaf_digest(EntryId entry, std::uint8_t flags, std::uint64_t size_bytes,
                     const Hash256& content, const Digest16& place) {
    Block<80> block;
    block.byte(static_cast<std::uint8_t>(SealPart::leaf)).byte(flags).u64(entry.value);
    block.u64(size_bytes).raw(content.bytes).raw(place);
    return digest16(block.bytes());
}

/// By entry id; nothing when one is there twice.
std::optional<std::vector<SealedLeaf>> leaves_of(const CatalogDelta& run) {
    std::vector<SealedLeaf> leaves;
    leaves.reserve(run.changes.size());
    for (const EntryChange& change : run.changes)
        leaves.push_back({change.entry.id, leaf_of(change)});
    std::ranges::sort(leaves, {}, &SealedLeaf::entry);
    const auto twice = std::ranges::adjacent_find(leaves, {}, &SealedLeaf::entry);
    if (twice != leaves.end()) return std::nullopt;
    return leaves;
}

std::vector<std::uint8_t> statement_of(const CatalogDelta& run,
                                       const std::vector<SealedLeaf>& leaves) {
    std::vector<Digest16> digests;
    digests.reserve(leaves.size());
    for (const SealedLeaf& leaf : leaves) digests.push_back(leaf.digest);
    Seal seal;
    seal.catalog_id = run.catalog_id;
    seal.since = run.since;
    seal.up_to = run.up_to;
    seal.changes = static_cast<std::uint32_t>(leaves.size());
    return seal_statement(seal, merkle_root(digests));
}

}  // namespace

Digest16 digest16(std::span<const std::uint8_t> bytes) {
    const Hash256 hash = hash_bytes(bytes);
    Digest16 digest;
    std::ranges::copy_n(hash.bytes.begin(), digest.size(), digest.begin());
    return digest;
}

Digest16 place_of(std::string_view path, UnixSeconds modified) {
    std::vector<std::uint8_t> bytes(9 + path.size());
    const auto head = Block<9>()
                          .byte(static_cast<std::uint8_t>(SealPart::place))
                          .u64(static_cast<std::uint64_t>(clamp_date(modified)));
    std::ranges::copy(path, std::ranges::copy(head.bytes(), bytes.begin()).out);
    return digest16(bytes);
}

Digest16 leaf_of(const LeafFacts& facts, const Digest16& place) {
    std::uint8_t flags = 0;
    if (facts.kind == EntryKind::folder) flags |= kFolder;
    if (facts.content) flags |= kHashed;
    return leaf_digest(facts.entry, flags, facts.size_bytes, facts.content.value_or(Hash256{}),
                       place);
}

Digest16 leaf_of(const EntryChange& change) {
    const Entry& entry = change.entry;
    if (change.what == EntryChange::What::removed)
        return leaf_digest(entry.id, kRemoved, 0, {}, {});
    return leaf_of({entry.id, entry.kind, entry.size_bytes, entry.content},
                   place_of(entry.path, entry.modified));
}

Signature seal(const Signatory& owner, const CatalogDelta& run) {
    const auto leaves = leaves_of(run);
    ASSERT(leaves);
    return owner.sign(statement_of(run, *leaves));
}

std::optional<SealedRun> open_seal(const Signatory& signatory, const PublicKey& key,
                                   const CatalogDelta& run, const Signature& signature) {
    auto leaves = leaves_of(run);
    if (!leaves || !signatory.verify(key, statement_of(run, *leaves), signature))
        return std::nullopt;
    SealedRun opened{run.catalog_id, run.since, run.up_to, signature, std::move(*leaves), {}};
    opened.present.assign(opened.leaves.size(), true);
    for (const EntryChange& change : run.changes) {
        if (change.what == EntryChange::What::present) continue;
        const auto leaf =
            std::ranges::lower_bound(opened.leaves, change.entry.id, {}, &SealedLeaf::entry);
        opened.present[static_cast<std::size_t>(leaf - opened.leaves.begin())] = false;
    }
    return opened;
}

std::vector<std::uint8_t> seal_statement(const Seal& seal, const Digest16& root) {
    Block<kPurpose.size() + 32 + sizeof(Digest16)> block;
    block.raw(kPurpose).u64(seal.catalog_id).u64(seal.since).u64(seal.up_to);
    block.u64(seal.changes).raw(root);
    return {block.bytes().begin(), block.bytes().end()};
}

}  // namespace iwant::protocol
