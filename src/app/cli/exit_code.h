#pragma once

// How the program ends: the codes that scripts rely on.

#include "base/result.h"

namespace iwant::cli {

enum class ExitCode {
    done = 0,
    failed = 1,  ///< also: not found
    usage = 2,
    not_running = 3,  ///< the service is not there to be asked
    temporary = 75,   ///< no source, no complete answer: later may work (EX_TEMPFAIL of sysexits.h)
    interrupted = 130  ///< Ctrl-C, as shells count it
};

ExitCode exit_code_of(const Error& error);

/// The one to end with after several parts: the first that is not `done`.
ExitCode worse(ExitCode first, ExitCode second);

}  // namespace iwant::cli
