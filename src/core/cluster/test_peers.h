#pragma once

// Short names for peers and addresses in tests.

#include "base/ids.h"
#include "core/protocol/messages.h"

namespace iwant::cluster::test {

inline PeerId peer(std::uint8_t number) {
    PeerId id;
    id.hash.bytes[0] = number;
    return id;
}

inline protocol::Address address(std::uint8_t number) {
    return {"192.0.2." + std::to_string(number), 4926};
}

}  // namespace iwant::cluster::test
