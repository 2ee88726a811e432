// A datagram is refused, or is exactly what encoding the announcement gives.

#include <algorithm>

#include "base/assert.h"
#include "core/protocol/announcement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> datagram(data, size);
    const auto announcement = iwant::protocol::decode_announcement(datagram);
    if (!announcement) return 0;
    const iwant::protocol::Bytes body = iwant::protocol::encode_announcement(*announcement);
    ASSERT(body.size() + iwant::protocol::kSignatureBytes == size);
    ASSERT(std::ranges::equal(body, datagram.first(body.size())));
    return 0;
}
