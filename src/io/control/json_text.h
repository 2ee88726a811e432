#pragma once

// What the answers of the API have in common: how text, warnings, peers and kinds are written.

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/content.h"
#include "io/control/api.h"

namespace iwant::control {

/// JSON is UTF-8; a local file system may hold names that are not, and those are escaped.
boost::json::string text(std::string_view value);
boost::json::array texts(const std::vector<std::string>& values);
/// Without their commands.
boost::json::array sentences(const std::vector<Warning>& warnings);

boost::json::object to_object(const PeerRef& peer);
std::string_view kind_name(EntryKind kind);

}  // namespace iwant::control
