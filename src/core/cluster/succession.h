#pragma once

// The standbys: who takes over when the leader is gone, in which order. The leader appoints up to
// three of its followers, those that it has had sessions with the longest by its own clock, and
// tells everybody; all register their catalogues with the standbys as with the leader, so that each
// of them could lead at once.

#include <cstddef>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::cluster {

class Succession {
  public:
    /// A follower that the leader could appoint.
    struct Candidate {
        PeerId peer;
        Time since;  ///< when its session opened
    };

    /// Appoints: who stands by already stays while it is among the candidates, the longest sessions
    /// fill up. Whether the order changed.
    bool appoint(std::vector<Candidate> candidates);
    /// What the leader said, at most kStandbysMax. Whether it is another order than before.
    bool told(std::vector<PeerId> standbys);

    /// In order of succession.
    const std::vector<PeerId>& standbys() const { return standbys_; }
    bool contains(const PeerId& peer) const;

  private:
    std::vector<PeerId> standbys_;
};

}  // namespace iwant::cluster
