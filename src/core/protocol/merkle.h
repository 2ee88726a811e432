#pragma once

// Hash trees: one root speaks for a list of digests, and a handful of siblings prove that a digest
// stands at a position of it. Digests of a level are hashed in pairs; a last one without a partner
// rises as it is. Where the count and the position are known, and they are signed or checked
// beside the root, this shape is unambiguous (as that of RFC 6962, which is the same).

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/protocol/messages.h"

namespace iwant::protocol {

/// Of no leaves: zeros.
Digest16 merkle_root(std::span<const Digest16> leaves);

/// The partners of the leaf at `position` (below the number of leaves), lowest first.
std::vector<Digest16> merkle_siblings(std::span<const Digest16> leaves, std::size_t position);

/// The root of `count` leaves of which `leaf` is the one at `position`, when the siblings are
/// right; nothing when they cannot be: the position is beyond the count, or they are too many or
/// too few.
std::optional<Digest16> merkle_root_from(const Digest16& leaf, std::size_t position,
                                         std::size_t count, std::span<const Digest16> siblings);

}  // namespace iwant::protocol
