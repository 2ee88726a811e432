#pragma once

// For tests: what a client would ask of a route.

#include <string>

#include "io/control/routes.h"

namespace iwant::control {

/// A path that this route takes.
inline std::string example_of(const Route& route, const std::string& parameter) {
    std::string path(route.pattern);
    for (auto at = path.find("{}"); at != std::string::npos; at = path.find("{}")) {
        path.replace(at, 2, parameter);
    }
    return path;
}

}  // namespace iwant::control
