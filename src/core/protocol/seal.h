#pragma once

// Owners seal what they announce: one signature for each run of changes, over the root of a hash
// tree of its entries. Whoever holds the run can prove any single entry of it to a third peer with
// a few digests, so that a leader can hide an entry but not make one up (doc/protocol.md, "Seals").
//
// A leaf has no path in it but a digest of path and date, its place: thus a source can be proven
// beside a result that shows another source's path. Digests are cut to 16 bytes. To make up an
// entry of somebody else's takes a second preimage (2^128); only who chooses what is sealed could
// search for two entries with one leaf (2^64), and an owner may announce what it likes anyway.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/signatory.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

/// The first byte of what is hashed, so that no digest passes for one of another kind.
enum class SealPart : std::uint8_t { place = 0, leaf = 1, node = 2 };

/// The first 16 bytes of BLAKE3.
Digest16 digest16(std::span<const std::uint8_t> bytes);

Digest16 place_of(std::string_view path, UnixSeconds modified);

/// What a leaf says of a present entry, besides its place.
struct LeafFacts {
    EntryId entry;
    EntryKind kind = EntryKind::file;
    std::uint64_t size_bytes = 0;
    std::optional<Hash256> content;
};
Digest16 leaf_of(const LeafFacts& facts, const Digest16& place);
Digest16 leaf_of(const EntryChange& change);

struct SealedLeaf {
    EntryId entry;
    Digest16 digest{};
};

/// A run of changes whose seal was verified, as far as it takes to prove its entries.
struct SealedRun {
    std::uint64_t catalog_id = 0;
    std::uint64_t since = 0;
    std::uint64_t up_to = 0;
    Signature signature{};
    std::vector<SealedLeaf> leaves;  ///< by entry id, each once
    std::vector<bool> present;       ///< for each leaf: an entry, not the removal of one
};

/// The owner's signature of a run. ASSERTs that no entry is in it twice.
Signature seal(const Signatory& owner, const CatalogDelta& run);

/// The run, if the owner of `key` sealed it exactly so and no entry is in it twice.
std::optional<SealedRun> open_seal(const Signatory& signatory, const PublicKey& key,
                                   const CatalogDelta& run, const Signature& signature);

/// The bytes that are signed; of `seal` all but owner and signature counts.
std::vector<std::uint8_t> seal_statement(const Seal& seal, const Digest16& root);

}  // namespace iwant::protocol
