#pragma once

// What every command of the program is: it declares its options, then runs. The table of all is
// commands().

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/exit_code.h"
#include "app/cli/output.h"

namespace CLI {
class App;
}

namespace iwant::cli {

struct Context {
    std::optional<std::filesystem::path> home_flag;  ///< of --home
    Output& output;
};

class Command {
  public:
    virtual ~Command() = default;
    /// The options are read into members of the command.
    virtual void declare(CLI::App& app) = 0;
    /// The arguments as declare's options can take them.
    virtual std::vector<std::string> prepare(std::vector<std::string> arguments) {
        return arguments;
    }
    /// Called once, after the options were read.
    virtual ExitCode run(Context& context) = 0;
};

struct CommandInfo {
    std::string_view name;
    std::string_view usage;     ///< behind the name
    std::string_view summary;   ///< one line
    std::string_view examples;  ///< lines of what one may type
    std::unique_ptr<Command> (*make)();
};

/// In the order of help.
std::span<const CommandInfo> commands();
/// Null when there is none of that name.
const CommandInfo* find_command(std::string_view name);

std::unique_ptr<Command> make_start();
std::unique_ptr<Command> make_stop();
std::unique_ptr<Command> make_search();
std::unique_ptr<Command> make_download();
std::unique_ptr<Command> make_downloads();
std::unique_ptr<Command> make_pause();
std::unique_ptr<Command> make_resume();
std::unique_ptr<Command> make_cancel();
std::unique_ptr<Command> make_prioritize();
std::unique_ptr<Command> make_limit();
std::unique_ptr<Command> make_stream_url();
std::unique_ptr<Command> make_share();
std::unique_ptr<Command> make_unshare();
std::unique_ptr<Command> make_change();
std::unique_ptr<Command> make_view();
std::unique_ptr<Command> make_status();
std::unique_ptr<Command> make_peers();
std::unique_ptr<Command> make_browse();
std::unique_ptr<Command> make_connect();
std::unique_ptr<Command> make_doctor();

// What several commands say the same way.

/// Whether answers are for people or for programs (--json).
enum class Form { text, json };
Form form_of(bool json_flag);

/// Tells a failure on stderr, and as {"error":...} on stdout where JSON was asked for.
ExitCode fail(Output& output, const Error& error, Form form);
/// A wrong use that only the command itself can see.
ExitCode wrong_use(Output& output, std::string_view message, std::string_view command);

}  // namespace iwant::cli
