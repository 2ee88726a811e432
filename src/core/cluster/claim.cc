#include "core/cluster/claim.h"

#include "base/hash.h"

namespace iwant::cluster {

Hash256 election_rank(std::uint64_t epoch, const PeerId& peer) {
    Hasher hasher;
    hasher.update_u64(epoch);
    hasher.update(peer.hash.bytes);
    return hasher.digest();
}

bool beats(const Claim& a, const Claim& b) {
    const bool a_followed = a.followers > 0;
    const bool b_followed = b.followers > 0;
    if (a_followed != b_followed) return a_followed;
    if (a.epoch != b.epoch) return a.epoch > b.epoch;
    return election_rank(a.epoch, a.leader) < election_rank(b.epoch, b.leader);
}

}  // namespace iwant::cluster
