#pragma once

// Short names for peers and addresses in tests.

#include "base/ids.h"
#include "base/test_signatory.h"
#include "core/protocol/messages.h"
#include "core/protocol/seal.h"

namespace iwant::cluster::test {

inline TestSignatory signatory(std::uint8_t number) {
    return TestSignatory::numbered(number);
}

inline PeerId peer(std::uint8_t number) {
    return signatory(number).peer();
}

/// A run of changes as peer `number` sends it.
inline protocol::CatalogUpdate sealed(std::uint8_t number, const protocol::LeaderView& view,
                                      const CatalogDelta& delta) {
    return {view, delta, protocol::seal(signatory(number), delta)};
}

inline protocol::Address address(std::uint8_t number) {
    return {"192.0.2." + std::to_string(number), 4926};
}

}  // namespace iwant::cluster::test
