#pragma once

// Who lost the lead how often. A laptop that comes and goes would otherwise be elected again and
// again; a peer that lost the lead twice within ten minutes is not chosen for half an hour, then
// for an hour, up to six. Everybody keeps this for itself from what it saw; nobody is told.

#include <cstddef>
#include <map>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::cluster {

class FlapMemory {
  public:
    /// `peer` led and does not lead any more, otherwise than by giving way to another leader.
    void lost_lead(const PeerId& peer, Time now);
    /// Not to be followed nor chosen for as long as the longest bar.
    void bar(const PeerId& peer, Time now);
    bool barred(const PeerId& peer, Time now) const;
    std::size_t size() const { return records_.size(); }

  private:
    struct Record {
        Time last_loss;
        unsigned losses = 0;  ///< in a row, each within kWindow of the one before
        unsigned bars = 0;
        Time barred_until;
    };
    void make_room();

    std::map<PeerId, Record> records_;
};

}  // namespace iwant::cluster
