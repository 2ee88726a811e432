#pragma once

// Where the story goes. Core and adapters get a Logger handed in; the daemon's writes a file, the
// simulator's a transcript. A line is a short sentence, then key=value. `info` tells the user's
// story, `debug` ours. No secrets; names from elsewhere go through text.h's escape_for_display
// first.

#include <string_view>

namespace iwant {

enum class LogLevel { debug, info, warning, error };

class Logger {
  public:
    virtual ~Logger() = default;
    /// `line` has no newline. Callable from any thread.
    virtual void log(LogLevel level, std::string_view line) = 0;

    void debug(std::string_view line) { log(LogLevel::debug, line); }
    void info(std::string_view line) { log(LogLevel::info, line); }
    void warning(std::string_view line) { log(LogLevel::warning, line); }
    void error(std::string_view line) { log(LogLevel::error, line); }
};

/// Drops everything.
class NullLogger final : public Logger {
  public:
    void log(LogLevel, std::string_view) override {}
};

}  // namespace iwant
