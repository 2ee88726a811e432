#include "app/daemon/log_file.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include "base/text.h"
#include "io/platform/paths.h"

namespace iwant::daemon {

namespace {

namespace fs = std::filesystem;

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

Result<spdlog::level::level_enum> level_from_environment() {
    const std::string word = platform::environment("IWANT_LOG");
    if (word.empty() || word == "info") return spdlog::level::info;
    if (word == "debug") return spdlog::level::debug;
    if (word == "warning") return spdlog::level::warn;
    if (word == "error") return spdlog::level::err;
    return failure(ErrorCode::invalid_argument, "IWANT_LOG",
                   "must be debug, info, warning or error");
}

class LogFile final : public Logger {
  public:
    LogFile(spdlog::sink_ptr sink, spdlog::level::level_enum level)
        : logger_("iwant", std::move(sink)) {
        logger_.set_level(level);
        logger_.flush_on(spdlog::level::info);
        logger_.set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
        // A full disk shows in what people do with it; telling it here again has nowhere to go.
        logger_.set_error_handler([](const std::string&) {});
    }

    // Escaping again what was escaped changes nothing, and keeps each entry on one line whatever
    // comes.
    void log(LogLevel level, std::string_view line) override {
        if (!logger_.should_log(level_of(level))) return;
        logger_.log(level_of(level), "{}", escape_for_display(line));
    }

  private:
    spdlog::logger logger_;
};

}  // namespace

Result<std::unique_ptr<Logger>> open_log(const fs::path& file, std::size_t bytes_max) {
    const Result<spdlog::level::level_enum> level = level_from_environment();
    if (!level) return std::unexpected(level.error());
    spdlog::file_event_handlers events;
    events.after_open = [](const spdlog::filename_t& name, std::FILE*) {
        std::error_code ignored;
        fs::permissions(name, fs::perms::owner_read | fs::perms::owner_write, ignored);
    };
    try {
        auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
            file.string(), bytes_max, kOldLogFilesMax, false, events);
        return std::make_unique<LogFile>(std::move(sink), *level);
    } catch (const spdlog::spdlog_ex& error) {
        return failure(ErrorCode::io, "open " + file.string(), error.what());
    }
}

}  // namespace iwant::daemon
