#pragma once

// What a browser or player is told a file is, by its name. Only media and plain text are told as
// what they are: a page or a script of somebody else's must never run as ours.

#include <string>
#include <string_view>

namespace iwant::control {

/// "video/mp4"; application/octet-stream for all that is not played.
std::string_view content_type_of(std::string_view name);

/// The value of Content-Disposition (RFC 6266): media are shown, all else is saved.
std::string disposition_of(std::string_view name);

}  // namespace iwant::control
