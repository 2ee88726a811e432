#include "app/cli/exit_code.h"

namespace iwant::cli {

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::not_running:
            return ExitCode::not_running;
        case ErrorCode::unavailable:
        case ErrorCode::timeout:
            return ExitCode::temporary;
        case ErrorCode::cancelled:
            return ExitCode::interrupted;
        default:
            return ExitCode::failed;
    }
}

ExitCode worse(ExitCode first, ExitCode second) {
    return first == ExitCode::done ? second : first;
}

}  // namespace iwant::cli
