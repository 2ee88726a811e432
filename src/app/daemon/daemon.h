#pragma once

// The imperative shell: builds the adapters, drives one Node, performs its actions and feeds it
// events until told to stop.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/daemon/config.h"
#include "base/result.h"

namespace iwant::daemon {

/// What the terminal is told when the service is up.
struct StartReport {
    std::string peer_id;
    std::string name;
    std::uint16_t port = 0;
    std::uint16_t web_port = 0;
    std::vector<std::string> made;  ///< files and folders that this start created
    Config config;
};

/// Runs the service until SIGINT, SIGTERM or a stop request. `started` is called once when all is
/// up. A second daemon on the same state folder fails with ErrorCode::busy.
Result<void> run(const StartOptions& options,
                 const std::function<void(const StartReport&)>& started);

}  // namespace iwant::daemon
