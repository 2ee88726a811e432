#pragma once

// What the node found out that a user should know and mend, in sentences for `status` and `doctor`.

#include <vector>

#include "base/time.h"
#include "io/control/doctor_report.h"

namespace iwant::node {
class Node;
}

namespace iwant::daemon {

/// What everybody is advised who finds that two computers have one key.
inline constexpr const char* kOneIdentityAdvice =
    "Stop iWant on one of the two and delete identity.key in its state folder; its next start "
    "makes a new identity.";

/// The most urgent first.
std::vector<control::Warning> network_warnings(const node::Node& node, Time now);

}  // namespace iwant::daemon
