#include "core/protocol/merkle.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "core/protocol/seal.h"

namespace iwant::protocol {
namespace {

Digest16 parent_of(const Digest16& left, const Digest16& right) {
    std::array<std::uint8_t, 1 + 2 * sizeof(Digest16)> bytes;
    bytes[0] = static_cast<std::uint8_t>(SealPart::node);
    std::ranges::copy(right, std::ranges::copy(left, bytes.begin() + 1).out);
    return digest16(bytes);
}

/// Replaces a level by the one above it.
void rise(std::vector<Digest16>& level) {
    const std::size_t pairs = level.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) level[i] = parent_of(level[2 * i], level[2 * i + 1]);
    if (level.size() % 2 == 1) level[pairs] = level.back();
    level.resize((level.size() + 1) / 2);
}

}  // namespace

Digest16 merkle_root(std::span<const Digest16> leaves) {
    if (leaves.empty()) return {};
    std::vector<Digest16> level(leaves.begin(), leaves.end());
    while (level.size() > 1) rise(level);
    return level.front();
}

std::vector<Digest16> merkle_siblings(std::span<const Digest16> leaves, std::size_t position) {
    ASSERT(position < leaves.size());
    std::vector<Digest16> level(leaves.begin(), leaves.end());
    std::vector<Digest16> siblings;
    while (level.size() > 1) {
        const std::size_t partner = position ^ 1;
        if (partner < level.size()) siblings.push_back(level[partner]);
        rise(level);
        position /= 2;
    }
    return siblings;
}

std::optional<Digest16> merkle_root_from(const Digest16& leaf, std::size_t position,
                                         std::size_t count, std::span<const Digest16> siblings) {
    if (position >= count) return std::nullopt;
    Digest16 digest = leaf;
    while (count > 1) {
        if ((position ^ 1) < count) {
            if (siblings.empty()) return std::nullopt;
            const Digest16& partner = siblings.front();
            digest = position % 2 == 0 ? parent_of(digest, partner) : parent_of(partner, digest);
            siblings = siblings.subspan(1);
        }
        position /= 2;
        count = (count + 1) / 2;
    }
    return siblings.empty() ? std::optional(digest) : std::nullopt;
}

}  // namespace iwant::protocol
