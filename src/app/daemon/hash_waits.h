#pragma once

// What somebody waits for to be hashed: files, and folders whose files all have to be. Plain
// bookkeeping for the indexer, with a maximum, since other peers may ask for any of it at any rate.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/entry.h"
#include "base/result.h"

namespace iwant::daemon {

class HashWaits {
  public:
    using Hashed = std::function<void(Result<Entry>)>;

    /// Files that may wait, each counted once for every entry that needs it: the largest folder
    /// twice over, at some 100 bytes each.
    static constexpr std::size_t kFilesMax = 2'000'000;
    /// Given out by next() and not settled; more would only wait elsewhere.
    static constexpr std::size_t kUnderWayMax = 64;

    /// An entry of which nothing more is to be hashed, and who wants to know.
    struct Over {
        EntryId entry;
        std::vector<Hashed> hashed;
    };

    /// Joins those who wait for the entry already; false when nobody does.
    bool join(EntryId entry, const Hashed& hashed);
    /// `entry` waits for these files, of which there is at least one. False, and nothing is added,
    /// when that would be too many.
    bool add(EntryId entry, const std::vector<EntryId>& files, const Hashed& hashed);
    /// The file to hash next, first come first; nothing when there is none or enough are under way.
    std::optional<EntryId> next();
    /// A file is hashed, or cannot be. Returns the entries that waited for nothing else.
    std::vector<Over> settle(EntryId file);

  private:
    struct Wait {
        std::size_t files = 0;
        std::vector<Hashed> hashed;
    };
    struct File {
        std::vector<EntryId> wanted_by;
        bool under_way = false;
    };

    std::map<EntryId, Wait> waits_;
    std::map<EntryId, File> files_;
    std::deque<EntryId> queue_;
    std::size_t files_waiting_ = 0;  ///< sum of Wait::files
    std::size_t under_way_ = 0;
};

}  // namespace iwant::daemon
