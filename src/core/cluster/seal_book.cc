#include "core/cluster/seal_book.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/protocol/limits.h"
#include "core/protocol/merkle.h"

namespace iwant::cluster {

using protocol::Digest16;
using protocol::SealedLeaf;

namespace {

constexpr std::size_t kSealedRunsMin = 4096;
constexpr std::size_t kEntriesPerRun = 50;
// A power of two, so that the root of a block is a node of the whole tree. A proof then costs the
// hashes of one block and of the tree above it: about 100 for the longest run.
constexpr std::size_t kBlock = 32;

std::vector<Digest16> digests_of(std::span<const SealedLeaf> leaves) {
    std::vector<Digest16> digests;
    digests.reserve(leaves.size());
    for (const SealedLeaf& leaf : leaves) digests.push_back(leaf.digest);
    return digests;
}

std::span<const SealedLeaf> block_of(const std::vector<SealedLeaf>& leaves, std::size_t position) {
    const std::size_t first = position / kBlock * kBlock;
    return std::span(leaves).subspan(first, std::min(kBlock, leaves.size() - first));
}

}  // namespace

std::size_t sealed_runs_max(std::size_t entries) {
    return std::max(kSealedRunsMin, entries / kEntriesPerRun);
}

void SealBook::put(const PeerId& peer, protocol::SealedRun sealed) {
    Owner& owner = owners_[peer];
    const bool another =
        !owner.runs.empty() && owner.runs.back().sealed.catalog_id != sealed.catalog_id;
    if (another) owner = {};
    bool any_empty = false;
    for (const SealedLeaf& leaf : sealed.leaves)
        any_empty = supersede(owner, leaf.entry) || any_empty;
    if (any_empty) std::erase_if(owner.runs, [](const Run& run) { return run.counting == 0; });
    Run run;
    run.counts = sealed.present;
    run.counting = static_cast<std::size_t>(std::ranges::count(run.counts, true));
    if (run.counting == 0) return;
    for (std::size_t first = 0; first < sealed.leaves.size(); first += kBlock)
        run.blocks.push_back(protocol::merkle_root(digests_of(block_of(sealed.leaves, first))));
    run.first = sealed.leaves.front().entry;
    run.last = sealed.leaves.back().entry;
    run.sealed = std::move(sealed);
    owner.entries += run.counting;
    owner.runs.push_back(std::move(run));
}

void SealBook::forget(const PeerId& owner) {
    owners_.erase(owner);
}

std::optional<std::size_t> SealBook::position_of(const Run& run, EntryId entry) {
    if (entry < run.first || run.last < entry) return std::nullopt;
    const auto& leaves = run.sealed.leaves;
    const auto found = std::ranges::lower_bound(leaves, entry, {}, &SealedLeaf::entry);
    if (found->entry != entry) return std::nullopt;
    return static_cast<std::size_t>(found - leaves.begin());
}

bool SealBook::supersede(Owner& owner, EntryId entry) {
    for (Run& run : owner.runs) {
        const auto position = position_of(run, entry);
        if (!position || !run.counts[*position]) continue;
        run.counts[*position] = false;
        --run.counting;
        --owner.entries;
        return run.counting == 0;
    }
    return false;
}

std::optional<SealBook::Proof> SealBook::prove(const PeerId& peer, EntryId entry) const {
    const auto found = owners_.find(peer);
    if (found == owners_.end()) return std::nullopt;
    const auto& runs = found->second.runs;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        const auto position = position_of(*run, entry);
        if (!position || !run->counts[*position]) continue;
        const protocol::SealedRun& sealed = run->sealed;
        Proof proof;
        proof.seal = {peer,
                      sealed.catalog_id,
                      sealed.since,
                      sealed.up_to,
                      static_cast<std::uint32_t>(sealed.leaves.size()),
                      sealed.signature};
        proof.position = static_cast<std::uint32_t>(*position);
        proof.leaf = sealed.leaves[*position].digest;
        const auto block = digests_of(block_of(sealed.leaves, *position));
        proof.siblings = protocol::merkle_siblings(block, *position % kBlock);
        const auto above = protocol::merkle_siblings(run->blocks, *position / kBlock);
        proof.siblings.insert(proof.siblings.end(), above.begin(), above.end());
        return proof;
    }
    return std::nullopt;
}

bool SealBook::wants_fresh(const PeerId& owner) const {
    return runs(owner) > sealed_runs_max(entries(owner));
}

std::size_t SealBook::runs(const PeerId& owner) const {
    const auto found = owners_.find(owner);
    return found == owners_.end() ? 0 : found->second.runs.size();
}

std::size_t SealBook::entries(const PeerId& owner) const {
    const auto found = owners_.find(owner);
    return found == owners_.end() ? 0 : found->second.entries;
}

}  // namespace iwant::cluster
