#include "core/protocol/codec.h"

#include <array>

#include "base/assert.h"
#include "core/protocol/check.h"
#include "core/protocol/limits.h"
#include "core/protocol/wire_decode.h"
#include "core/protocol/wire_encode.h"
#include "core/protocol/wire_scan.h"
#include "iwant.pb.h"

namespace iwant::protocol {
namespace {

std::unexpected<Error> malformed(const char* problem) {
    return failure(ErrorCode::protocol, "read a message", problem);
}

/// In the order of the variant.
constexpr std::array kNames = {"hello",
                               "ping",
                               "pong",
                               "leader_claim",
                               "leader_resigns",
                               "register",
                               "registered",
                               "catalog_update",
                               "catalog_ack",
                               "roster",
                               "standbys",
                               "pre_vote_request",
                               "pre_vote",
                               "followers_request",
                               "followers_proof",
                               "search_request",
                               "search_reply",
                               "locate_request",
                               "locate_reply",
                               "hash_request",
                               "hash_reply",
                               "piece_list_request",
                               "piece_list_reply",
                               "tree_request",
                               "tree_reply",
                               "piece_request",
                               "piece_header",
                               "refusal",
                               "goodbye",
                               "probe_request",
                               "probe_reply",
                               "holdings",
                               "have_request",
                               "have_reply",
                               "have",
                               "browse_request",
                               "browse_reply"};
static_assert(kNames.size() == std::variant_size_v<Message>);

}  // namespace

Bytes encode_frame(const Message& message) {
    ASSERT(check_message(message));
    wire::Frame frame;
    to_wire(message, frame);
    const std::size_t size = frame.ByteSizeLong();
    ASSERT(size >= 1 && size <= kFrameBytesMax);
    Bytes bytes(kFrameHeaderBytes + size);
    for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) {
        bytes[i] = static_cast<std::uint8_t>(size >> (8 * (kFrameHeaderBytes - 1 - i)));
    }
    const bool is_complete =
        frame.SerializeToArray(bytes.data() + kFrameHeaderBytes, static_cast<int>(size));
    ASSERT(is_complete);
    return bytes;
}

std::size_t encoded_bytes(const Message& message) {
    wire::Frame frame;
    to_wire(message, frame);
    return frame.ByteSizeLong();
}

Result<std::optional<Message>> decode_body(std::span<const std::uint8_t> body) {
    if (body.empty() || body.size() > kFrameBytesMax)
        return malformed("the frame has a wrong length");
    if (!lists_within_limits(body)) return malformed("a list is too long, or not well-formed");
    wire::Frame frame;
    if (!frame.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
        return malformed("it is not well-formed");
    }
    if (frame.message_case() == wire::Frame::MESSAGE_NOT_SET) return std::optional<Message>();
    std::optional<Message> message = from_wire(frame);
    if (!message) return malformed("an id, a number or a choice is out of its range");
    if (Result<void> checked = check_message(*message); !checked)
        return failure(std::move(checked));
    return message;
}

const char* message_name(const Message& message) {
    return kNames.at(message.index());
}

}  // namespace iwant::protocol
