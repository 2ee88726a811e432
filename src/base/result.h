#pragma once

// Expected failures are values. An Error says which operation failed, on what, and what the user
// can do about it; the words are put together once, where the path or peer is known. Bugs are not
// errors: they stop the program through ASSERT (base/assert.h). Absence is std::optional.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace iwant {

/// What kind of failure it was, as far as a caller may want to act on it.
enum class ErrorCode {
    invalid_argument,  ///< the caller or the user asked for something that cannot be
    not_found,
    already_exists,
    permission,
    no_space,
    io,       ///< the disk or the operating system refused
    network,  ///< a connection could not be made or broke
    timeout,
    protocol,     ///< a peer sent what the specification forbids
    limit,        ///< a named maximum was reached
    unsafe_name,  ///< a name from elsewhere that must not become a file here
    changed,      ///< the file is not any more what was announced
    corrupt,      ///< bytes that do not have the hash they should have
    unavailable,  ///< nobody can do it now; later may work
    busy,
    cancelled,
    not_running,  ///< the service is not there to be asked
};

/// The stable name of a code, as scripts see it in JSON ("no_space").
std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::io;
    std::string operation;  ///< what was being done, with its object: "open /home/ann/x"
    std::string message;    ///< what happened and, where it helps, what to do next

    /// "operation: message", the form for logs and terminals.
    std::string text() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning a failure: `return failure(ErrorCode::io, "read " + path, "...")`.
inline std::unexpected<Error> failure(ErrorCode code, std::string operation, std::string message) {
    return std::unexpected(Error{code, std::move(operation), std::move(message)});
}

/// Passes an error of one Result on as the error of another.
template <class T>
std::unexpected<Error> failure(Result<T>&& failed) {
    return std::unexpected(std::move(failed).error());
}

}  // namespace iwant
