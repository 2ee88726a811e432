#include "core/protocol/codec.h"
#include "core/protocol/limits.h"

// The part of codec.h that knows streams but no messages.

namespace iwant::protocol {
namespace {

/// An idle session keeps no larger buffer than this.
constexpr std::size_t kIdleBufferBytes = std::size_t{64} << 10;

/// What the header announces, once it is there.
std::optional<std::size_t> announced_size(std::span<const std::uint8_t> frame) {
    if (frame.size() < kFrameHeaderBytes) return std::nullopt;
    std::size_t size = 0;
    for (const std::uint8_t byte : frame.first(kFrameHeaderBytes)) size = size << 8 | byte;
    return size;
}

bool is_allowed(std::size_t size) {
    return size >= 1 && size <= kFrameBytesMax;
}

}  // namespace

std::span<const std::uint8_t> FrameReader::rest() const {
    return std::span(buffer_).subspan(consumed_);
}

Result<void> FrameReader::append(std::span<const std::uint8_t> bytes) {
    if (consumed_ == buffer_.size()) {
        if (buffer_.capacity() > kIdleBufferBytes) buffer_ = Bytes();
        buffer_.clear();
        consumed_ = 0;
    } else if (consumed_ > buffer_.size() / 2) {
        // Each byte is moved at most once for one that has been taken.
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
        consumed_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    const std::optional<std::size_t> size = announced_size(rest());
    if (size && !is_allowed(*size)) {
        return failure(ErrorCode::protocol, "read a frame",
                       "its header announces " + std::to_string(*size) + " bytes");
    }
    return {};
}

std::optional<std::span<const std::uint8_t>> FrameReader::next_body() {
    const std::span<const std::uint8_t> frame = rest();
    const std::optional<std::size_t> size = announced_size(frame);
    if (!size || !is_allowed(*size) || frame.size() - kFrameHeaderBytes < *size)
        return std::nullopt;
    consumed_ += kFrameHeaderBytes + *size;
    return frame.subspan(kFrameHeaderBytes, *size);
}

bool FrameReader::in_frame() const {
    const std::span<const std::uint8_t> frame = rest();
    if (frame.empty()) return false;
    const std::optional<std::size_t> size = announced_size(frame);
    return !size || !is_allowed(*size) || frame.size() - kFrameHeaderBytes < *size;
}

Bytes FrameReader::take_rest() {
    const std::span<const std::uint8_t> bytes = rest();
    Bytes taken(bytes.begin(), bytes.end());
    consumed_ = buffer_.size();
    return taken;
}

}  // namespace iwant::protocol
