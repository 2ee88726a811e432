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
    if (a.followers != b.followers) return a.followers > b.followers;
    if (a.epoch != b.epoch) return a.epoch > b.epoch;
    return election_rank(a.epoch, a.leader) < election_rank(b.epoch, b.leader);
}

}  // namespace iwant::cluster
