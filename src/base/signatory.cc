#include "base/signatory.h"

#include "base/hash.h"

namespace iwant {
namespace {
constexpr char kPeerIdContext[] = "iwant 2026-11 peer id";
}

PeerId peer_id_of(const PublicKey& key) {
    return PeerId{Hasher(kPeerIdContext).update(key).digest()};
}

}  // namespace iwant
