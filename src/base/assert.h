#pragma once

// ASSERT stops the program on a bug, in release builds too. Never use it on bytes from outside:
// those are expected to be wrong, and wrong input is a Result.

#include <source_location>

namespace iwant {

/// Prints the failed condition with its place and aborts.
[[noreturn]] void assertion_failed(const char* condition, std::source_location where);

}  // namespace iwant

#define ASSERT(condition)                                                           \
    do {                                                                            \
        if (!(condition)) [[unlikely]]                                              \
            ::iwant::assertion_failed(#condition, std::source_location::current()); \
    } while (false)
