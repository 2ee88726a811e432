#pragma once

// What an index holder keeps to prove what it says of others: of each owner the runs of changes
// with their seals, and of each entry in them its digest: 25 bytes for each entry of a run, and
// about 500 for each run. An entry counts in the newest run that names it, unless that removes it;
// a run of which no entry counts any more is dropped.
//
// An owner whose files change one by one makes many small runs. When they are too many it is to be
// asked to tell everything anew, in full runs (wants_fresh).

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/protocol/messages.h"
#include "core/protocol/seal.h"

namespace iwant::cluster {

/// The most runs of an owner with so many entries.
std::size_t sealed_runs_max(std::size_t entries);

class SealBook {
  public:
    /// Proof of one entry, without its place: that is a digest of the path and date, which whoever
    /// asks has (protocol::place_of).
    struct Proof {
        protocol::Seal seal;
        std::uint32_t position = 0;
        protocol::Digest16 leaf{};  ///< what the entry must hash to
        std::vector<protocol::Digest16> siblings;
    };

    /// A run that follows those before; another catalogue than before replaces them.
    void put(const PeerId& owner, protocol::SealedRun run);
    void forget(const PeerId& owner);
    void clear() { owners_.clear(); }

    /// Nothing when there is no such entry, or not any more.
    std::optional<Proof> prove(const PeerId& owner, EntryId entry) const;

    bool wants_fresh(const PeerId& owner) const;
    std::size_t runs(const PeerId& owner) const;
    /// Those that count.
    std::size_t entries(const PeerId& owner) const;

  private:
    struct Run {
        protocol::SealedRun sealed;
        EntryId
            first;  ///< and `last`: of its leaves, so that most runs are passed over at a glance
        EntryId last;
        std::vector<bool> counts;  ///< for each leaf
        std::size_t counting = 0;
        std::vector<protocol::Digest16> blocks;  ///< roots of kBlock leaves each
    };
    struct Owner {
        std::vector<Run> runs;  ///< oldest first
        std::size_t entries = 0;
    };

    static std::optional<std::size_t> position_of(const Run& run, EntryId entry);
    /// Whether a run does not count any more.
    static bool supersede(Owner& owner, EntryId entry);

    std::map<PeerId, Owner> owners_;
};

}  // namespace iwant::cluster
