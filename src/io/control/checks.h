#pragma once

// Everything that a request must pass before a route sees it, in one place and without I/O. The
// enemy is a web page in the user's own browser (DNS rebinding, cross-site requests) and other
// users of this machine (doc/security.md, "Local API"; cases B-H). What is not allowed here by name
// is refused.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "io/control/request_head.h"
#include "io/control/token_guard.h"

namespace iwant::control {

inline constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10;
inline constexpr std::size_t kHeaderFieldsMax = 100;
inline constexpr std::size_t kBodyBytesMax = std::size_t{64} << 10;

/// Why a request goes no further.
struct Rejection {
    unsigned status = 400;
    ErrorCode code = ErrorCode::invalid_argument;
    std::string message;
    std::string allow;  ///< methods, of a 405
};

/// Which way a request came in.
struct Door {
    enum class Kind {
        local,  ///< the Unix-domain socket: the system has said who it is
        web,    ///< a TCP port, open to every program and web page of this machine
    };
    Kind kind = Kind::local;
    std::uint16_t port = 0;       ///< of web; 0 when that is off
    TokenGuard* guard = nullptr;  ///< of web; borrowed, null when that is off
};

/// Of the bytes up to the empty line: what a lenient parser would let pass (folded lines, NUL, too
/// many fields).
std::optional<Rejection> check_header_text(std::string_view text);

/// Exactly one Host, and on the web port one of ours: 400, 421.
std::optional<Rejection> check_host(const RequestHead& head, const Door& door);

/// Not from another site, as far as browsers say so: 403.
std::optional<Rejection> check_origin(const RequestHead& head, const Door& door);

/// The bearer token, on the web port: 401, 429.
std::optional<Rejection> check_token(const RequestHead& head, const Door& door, Time now);

/// The token of one file in the query ("token=..."), or that of all: 401, 429.
std::optional<Rejection> check_file_token(const RequestHead& head, std::string_view query,
                                          std::string_view hash, const Door& door, Time now);

/// Methods that change something bring JSON: 415, 413. (A form or text/plain needs no preflight in
/// a browser.)
std::optional<Rejection> check_content(const RequestHead& head);

}  // namespace iwant::control
