#pragma once

// Runs of changes for tests of seals, and what a searcher is shown of their entries.

#include <algorithm>
#include <string>

#include "base/hash.h"
#include "base/test_signatory.h"
#include "core/protocol/merkle.h"
#include "core/protocol/messages.h"
#include "core/protocol/seal.h"

namespace iwant::protocol::test {

inline Hash256 content(std::uint64_t number) {
    return Hasher().update_u64(number).digest();
}

inline EntryChange change(std::uint64_t entry, std::uint64_t version) {
    EntryChange made;
    made.version = version;
    made.entry.id = {entry};
    made.entry.path = "Shared/file " + std::to_string(entry) + ".txt";
    made.entry.size_bytes = 1000 + entry;
    made.entry.modified = 1'700'000'000 + static_cast<UnixSeconds>(entry);
    if (entry % 3 != 0) made.entry.content = content(entry);
    return made;
}

/// Entries 1 to `count`, the highest id first.
inline CatalogDelta run(std::size_t count) {
    CatalogDelta made{0xcafe, 10, 10 + count, false, {}};
    for (std::size_t i = 0; i < count; ++i) made.changes.push_back(change(count - i, 11 + i));
    return made;
}

/// A reply with one source, proven by the position that it has in its run.
struct Proven {
    Seal seal;
    SearchResult result;
};
inline Proven proven(const TestSignatory& owner, const CatalogDelta& delta, EntryId entry) {
    const Signature signature = seal(owner, delta);
    const auto opened = open_seal(owner, owner.public_key(), delta, signature);
    std::vector<Digest16> digests;
    for (const SealedLeaf& leaf : opened->leaves) digests.push_back(leaf.digest);
    const auto leaf = std::ranges::find(opened->leaves, entry, &SealedLeaf::entry);
    const auto position = static_cast<std::uint32_t>(leaf - opened->leaves.begin());
    const Entry& said = std::ranges::find(delta.changes, entry, [](const EntryChange& c) {
                            return c.entry.id;
                        })->entry;
    Proven made;
    made.seal = {owner.peer(),
                 delta.catalog_id,
                 delta.since,
                 delta.up_to,
                 static_cast<std::uint32_t>(digests.size()),
                 signature};
    made.result = {said.kind, said.content, said.path, said.size_bytes, said.modified, 1, {}};
    made.result.sources = {
        {owner.peer(), entry, true,
         SourceProof{0, position, std::nullopt, merkle_siblings(digests, position)}}};
    return made;
}

}  // namespace iwant::protocol::test
