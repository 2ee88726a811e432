#include "io/net/greeting.h"

namespace iwant::net {

namespace {
constexpr char kOperation[] = "exchange Hellos";
}

Result<std::size_t> frame_body_size(
    const std::array<std::uint8_t, protocol::kFrameHeaderBytes>& header, std::size_t bytes_max) {
    std::size_t size = 0;
    for (const std::uint8_t byte : header) size = size << 8 | byte;
    if (size == 0 || size > bytes_max) {
        return failure(ErrorCode::protocol, "read a frame",
                       "it announces " + std::to_string(size) + " bytes");
    }
    return size;
}

Result<void> check_greeting(const std::optional<protocol::Message>& message, const PeerId& proven,
                            std::optional<protocol::StreamPurpose> purpose) {
    if (!message) return failure(ErrorCode::protocol, kOperation, "the peer does not say Hello");
    if (const auto* goodbye = std::get_if<protocol::Goodbye>(&*message)) {
        return failure(ErrorCode::unavailable, kOperation,
                       "the peer refuses: " + to_text(goodbye->reason));
    }
    const auto* hello = std::get_if<protocol::Hello>(&*message);
    if (hello == nullptr) {
        return failure(ErrorCode::protocol, kOperation, "the peer does not say Hello");
    }
    if (hello->protocol_version != protocol::kProtocolVersion) {
        return failure(ErrorCode::unavailable, kOperation,
                       "the peer speaks version " + std::to_string(hello->protocol_version) +
                           " of the protocol, we speak " +
                           std::to_string(protocol::kProtocolVersion));
    }
    if (hello->peer != proven) {
        return failure(ErrorCode::protocol, kOperation,
                       "the peer's Hello names somebody else than its key");
    }
    if (purpose && hello->purpose != *purpose) {
        return failure(ErrorCode::protocol, kOperation, "the peer means another kind of stream");
    }
    return {};
}

std::string to_text(protocol::Goodbye::Reason reason) {
    using Reason = protocol::Goodbye::Reason;
    switch (reason) {
        case Reason::stopping:
            return "it is stopping";
        case Reason::duplicate:
            return "there is another session already";
        case Reason::version:
            return "it speaks another version of the protocol";
        case Reason::protocol:
            return "something was said that the protocol forbids";
        case Reason::limit:
            return "it has too many sessions";
        case Reason::identity:
            return "another computer has the same key, or the Hello does not fit it";
    }
    return "for a reason that is not known here";
}

}  // namespace iwant::net
