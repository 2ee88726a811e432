#pragma once

// The reports of the API as JSON. Field names are a contract that scripts hold us to: add, never
// rename.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"
#include "io/control/api.h"

namespace iwant::control {

boost::json::value to_json(const StatusReport& report);
boost::json::value to_json(const std::vector<PeerReport>& peers);
boost::json::value to_json(const ConfigReport& report);
boost::json::value to_json(const SearchReport& report);
boost::json::value to_json(const BrowseReport& report);
boost::json::value to_json(const DownloadReport& report);
boost::json::value to_json(const std::vector<DownloadReport>& downloads);
boost::json::value to_json(const FilesReport& report);
boost::json::value to_json(const LimitsReport& report);
boost::json::value to_json(const DoctorReport& report);

/// {"error":{"code","message"}}
boost::json::value to_json(const Error& error);

/// The Error that such an answer stands for; nothing when `body` is not one.
std::optional<Error> error_from_json(std::string_view body);

/// The HTTP status that goes with a failure.
unsigned http_status(ErrorCode code);

}  // namespace iwant::control
