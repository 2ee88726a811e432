// Whatever a peer sends, the codec answers with a message within the limits or an error; what it
// takes can be sent on and means the same. The same bytes as a stream are cut alike however they
// arrive.

#include <algorithm>
#include <span>
#include <vector>

#include "base/assert.h"
#include "core/protocol/codec.h"
#include "core/protocol/limits.h"

namespace {

using iwant::protocol::Bytes;
using iwant::protocol::FrameReader;
using Span = std::span<const std::uint8_t>;

void check_decoding(Span body) {
    const auto decoded = iwant::protocol::decode_body(body);
    if (!decoded || !*decoded) return;
    // A score of -0 and 0 are equal, so messages are compared rather than bytes. Re-encoding may
    // only exceed a frame where the input spent fewer bytes than a canonical encoder does.
    if (iwant::protocol::encoded_bytes(**decoded) > iwant::protocol::kFrameBytesMax) return;
    const Bytes frame = iwant::protocol::encode_frame(**decoded);
    const auto again =
        iwant::protocol::decode_body(Span(frame).subspan(iwant::protocol::kFrameHeaderBytes));
    ASSERT(again && *again);
    ASSERT(**again == **decoded);
}

/// The bodies of a stream that arrives in parts of `step` bytes, up to where it is refused.
std::vector<Bytes> cut(Span stream, std::size_t step) {
    FrameReader reader;
    std::vector<Bytes> bodies;
    while (!stream.empty()) {
        const Span part = stream.first(std::min(step, stream.size()));
        stream = stream.subspan(part.size());
        if (!reader.append(part)) return bodies;
        while (const auto body = reader.next_body())
            bodies.emplace_back(body->begin(), body->end());
    }
    return bodies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Span bytes(data, size);
    check_decoding(bytes);
    const std::vector<Bytes> bodies = cut(bytes, std::max<std::size_t>(size, 1));
    ASSERT(cut(bytes, 1) == bodies);
    ASSERT(cut(bytes, 7) == bodies);
    for (const Bytes& body : bodies) check_decoding(body);
    return 0;
}
