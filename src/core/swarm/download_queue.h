#pragma once

// All downloads in the order in which they get their turn. The order is the user's: new ones go to
// the end, and any can be moved. It is kept over restarts as a rank in each download's record, so
// that a move changes one record or two, however many downloads there are.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/swarm/download.h"

namespace iwant::swarm {

class DownloadQueue {
  public:
    using Downloads = std::vector<std::unique_ptr<Download>>;

    /// Puts it where its rank says; behind others of the same rank. The id is new.
    Download& add(std::unique_ptr<Download> download);
    /// The rank of one that goes behind all others.
    std::int64_t rank_behind() const;
    Download* find(DownloadId id);
    void erase(DownloadId id);
    /// `up` and `down` go past the next one that has not ended. The id is there.
    void move(DownloadId id, QueuePlace to);
    /// How many that are queued come before it, and one.
    std::uint64_t place_of(DownloadId id) const;

    Downloads::const_iterator begin() const { return downloads_.begin(); }
    Downloads::const_iterator end() const { return downloads_.end(); }

  private:
    Downloads::iterator position(DownloadId id);
    void move_up(Downloads::iterator from);
    void move_down(Downloads::iterator from);
    static void exchange(Downloads::iterator a, Downloads::iterator b);

    Downloads downloads_;  ///< by rank
    std::map<DownloadId, Download*> by_id_;
};

}  // namespace iwant::swarm
