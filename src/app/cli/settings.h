#pragma once

// A change of the settings: through the service when it runs, else in config.toml itself.

#include <functional>
#include <string>

#include <boost/json/object.hpp>

#include "app/cli/command.h"
#include "app/daemon/config.h"
#include "base/result.h"

namespace iwant::cli {

struct SettingsChange {
    std::string method;
    std::string target;
    boost::json::object body;
    /// What it means for the settings when there is no service; they are checked and saved by it.
    std::function<Result<void>(daemon::Config&)> offline;
};

/// Makes the change and shows the settings that came of it.
ExitCode change_settings(Context& context, const SettingsChange& change, Form form);

/// Shows the settings, the service's when it runs.
ExitCode show_settings(Context& context, Form form);

}  // namespace iwant::cli
