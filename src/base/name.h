#pragma once

// The policy for names that come from elsewhere and shall become files here. A name is data, never
// a path: each component is checked by itself, and a name that passes is safe as one component
// under a held directory handle. (Cases B-N of the catalogue in doc/security.md.)

#include <string>
#include <string_view>
#include <vector>

#include "base/content.h"
#include "base/result.h"

namespace iwant {

/// Whether a name of the wire may be one component at all: valid UTF-8 in NFC, 1 to 255 bytes, not
/// "." nor
/// "..", without '/', '\\' or NUL. ErrorCode::unsafe_name says which rule it breaks, escaped for
/// display.
Result<void> check_wire_name(std::string_view name);

/// The same for a relative path of such components with '/' between them, at most 4096 bytes and 64
/// deep.
Result<void> check_wire_path(std::string_view path);

/// How a checked name is stored here: control characters and bidi overrides are percent-escaped,
/// names that are ours (partial folders) or that Windows reserves get a leading '_'. Deterministic,
/// idempotent, at most 255 bytes (longer ones are cut before the extension and get 8 digits of
/// their hash).
std::string storable_name(std::string_view name);

/// Checks one whole listing before anything of it is made: every name safe, no two with the same
/// storable name (whether case tells names apart is the file system's matter), sizes that add up
/// without overflow.
Result<void> check_listing(const TreeListing& listing);

/// "name (2).ext" for attempt 2: how a download avoids a name that is taken. Never longer than 255
/// bytes.
std::string alternative_name(std::string_view name, unsigned attempt);

/// The components of a checked path.
std::vector<std::string> split_path(std::string_view path);

}  // namespace iwant
