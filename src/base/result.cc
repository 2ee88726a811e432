#include "base/result.h"

namespace iwant {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::already_exists:
            return "already_exists";
        case ErrorCode::permission:
            return "permission";
        case ErrorCode::no_space:
            return "no_space";
        case ErrorCode::io:
            return "io";
        case ErrorCode::network:
            return "network";
        case ErrorCode::timeout:
            return "timeout";
        case ErrorCode::protocol:
            return "protocol";
        case ErrorCode::limit:
            return "limit";
        case ErrorCode::unsafe_name:
            return "unsafe_name";
        case ErrorCode::changed:
            return "changed";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::busy:
            return "busy";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::not_running:
            return "not_running";
    }
    return "unknown";
}

std::string Error::text() const {
    return operation.empty() ? message : operation + ": " + message;
}

}  // namespace iwant
