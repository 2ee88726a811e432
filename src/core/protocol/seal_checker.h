#pragma once

// The searcher's side of seals: whether what a leader says of an entry is what its owner announced.
// Signatures that were good once are remembered, for the same few runs come with every answer.

#include <cstddef>
#include <deque>
#include <set>

#include "base/ids.h"
#include "base/signatory.h"
#include "core/protocol/messages.h"

namespace iwant::protocol {

class SealChecker {
  public:
    /// `signatory` must outlive it.
    explicit SealChecker(const Signatory& signatory) : signatory_(signatory) {}

    /// Whether `seal`, by the owner of `key`, covers an entry that is `source`'s and has the kind,
    /// size and content of `result`; where the proof names no place of its own, also the path and
    /// date of `result`. False when the source has no proof or `key` is not its owner's.
    bool proves(const PublicKey& key, const Seal& seal, const SearchResult& result,
                const ResultSource& source);

    std::size_t remembered() const { return known_.size(); }

  private:
    bool is_signed(const PublicKey& key, const Seal& seal, const Digest16& root);

    const Signatory& signatory_;
    std::set<Hash256> known_;       ///< of key, statement and signature
    std::deque<Hash256> in_order_;  ///< the same, oldest first
};

}  // namespace iwant::protocol
