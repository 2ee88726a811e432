#pragma once

// The answer to a request for a file (RFC 9110): whole or a part of it, read piece by piece while
// it is sent, so that a file of any size costs a buffer.

#include "io/control/routes.h"

namespace iwant::control {

/// 200, 206, 304 or 416.
HttpAnswer file_answer(const RequestHead& head, OpenFile file);

}  // namespace iwant::control
