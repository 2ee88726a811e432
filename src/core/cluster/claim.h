#pragma once

// How two claims to the lead compare. Every peer computes the same from the same facts, so that two
// leaders that hear each other agree on who stays without asking anybody (doc/election.md).

#include <cstdint>

#include "base/ids.h"

namespace iwant::cluster {

/// "I lead": who says it, in which epoch, and how many follow.
struct Claim {
    PeerId leader;
    std::uint64_t epoch = 0;
    std::uint32_t followers = 0;
};

/// BLAKE3(epoch || peer). The smallest is the choice of an election; another epoch, another order,
/// so that the lead does not always fall on the same peer.
Hash256 election_rank(std::uint64_t epoch, const PeerId& peer);

/// Whether `a` stays and `b` gives way. The one with more followers wins, so that the fewest have
/// to move and a newcomer never replaces a healthy leader; then the higher epoch, then the smaller
/// rank. Antisymmetric.
bool beats(const Claim& a, const Claim& b);

}  // namespace iwant::cluster
