#pragma once

// Where the program speaks: results go to stdout, talk and progress to stderr. Colour and progress
// are for terminals only. Everything said here is one line that cannot move a cursor.

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace iwant::cli {

/// What the two streams lead to.
struct Terminal {
    bool out_is_terminal = false;
    bool err_is_terminal = false;  ///< and can show progress (TERM is not "dumb")
    bool colour = false;           ///< on stdout
    std::size_t columns = 80;

    /// As this process has it: NO_COLOR, TERM, the terminal's width.
    static Terminal of_process();
};

class Output {
  public:
    /// The streams must outlive it.
    Output(std::ostream& out, std::ostream& err, Terminal terminal)
        : out_(out), err_(err), terminal_(terminal) {}

    const Terminal& terminal() const { return terminal_; }

    /// One line of what was asked for. Names in it are escaped already.
    void result(std::string_view line);
    void results(const std::vector<std::string>& lines);
    /// One line for people.
    void talk(std::string_view line);
    void error(std::string_view message);
    void error(const Error& error) { this->error(error.text()); }

    /// Shows this line in place of the last one; nothing when stderr is no terminal.
    void progress(std::string_view line);
    void end_progress();

    /// Whether all of it arrived (the disk behind stdout may be full).
    bool flush();

  private:
    std::ostream& out_;
    std::ostream& err_;
    const Terminal terminal_;
    bool showing_progress_ = false;
};

/// Bold where colour is on.
std::string emphasised(std::string_view text, const Terminal& terminal);

}  // namespace iwant::cli
