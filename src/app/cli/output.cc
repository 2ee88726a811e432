#include "app/cli/output.h"

#include "base/text.h"
#include "io/platform/paths.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

constexpr int kStdout = 1;
constexpr int kStderr = 2;
constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace

Terminal Terminal::of_process() {
    const bool dumb = platform::environment("TERM") == "dumb";
    Terminal terminal;
    terminal.out_is_terminal = platform::is_terminal(kStdout);
    terminal.err_is_terminal = platform::is_terminal(kStderr) && !dumb;
    terminal.colour =
        terminal.out_is_terminal && !dumb && platform::environment("NO_COLOR").empty();
    terminal.columns = platform::terminal_columns();
    return terminal;
}

void Output::result(std::string_view line) {
    end_progress();
    out_ << line << '\n';
}

void Output::results(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) result(line);
}

void Output::talk(std::string_view line) {
    end_progress();
    out_.flush();
    err_ << escape_for_display(line) << '\n';
}

void Output::error(std::string_view message) {
    talk("error: " + std::string(message));
}

void Output::progress(std::string_view line) {
    if (!terminal_.err_is_terminal) return;
    // One column stays free: some terminals wrap when the last one is used.
    const std::size_t columns = terminal_.columns > 1 ? terminal_.columns - 1 : 1;
    err_ << kClearLine << fit_to_width(escape_for_display(line), columns) << std::flush;
    showing_progress_ = true;
}

void Output::end_progress() {
    if (!showing_progress_) return;
    err_ << kClearLine << std::flush;
    showing_progress_ = false;
}

bool Output::flush() {
    end_progress();
    out_.flush();
    err_.flush();
    return out_.good();
}

std::string emphasised(std::string_view text, const Terminal& terminal) {
    if (!terminal.colour) return std::string(text);
    return std::string(kBold) + std::string(text) + std::string(kPlain);
}

}  // namespace iwant::cli
