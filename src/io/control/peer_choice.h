#pragma once

// Which peer somebody means by a name, an id or the beginning of one.

#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "io/control/api.h"

namespace iwant::control {

inline constexpr std::size_t kPeerPrefixMin = 6;

/// A full id, a name (compared as people see it), or 6 or more first digits of an id. Nobody is
/// ErrorCode::not_found; several are ErrorCode::invalid_argument and listed.
Result<PeerId> choose_peer(const std::vector<PeerReport>& peers, std::string_view typed);

}  // namespace iwant::control
