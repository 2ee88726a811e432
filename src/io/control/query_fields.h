#pragma once

// The fields of a request that say what is searched for, read where the request is made, so that a
// mistake is told as a wrong use, and where it is answered.

#include "base/query_text.h"
#include "base/result.h"
#include "base/time.h"
#include "io/control/request_body.h"

namespace iwant::control {

/// The failure is the first mistake in a value, for people; mistakes in the form are the body's to
/// tell. `now` is the date.
Result<TypedQuery> read_query(RequestBody& body, UnixSeconds now);

}  // namespace iwant::control
