#include "app/cli/application.h"

#include <algorithm>
#include <exception>
#include <optional>

#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/help.h"
#include "app/cli/hint.h"
#include "base/text.h"
#include "base/version.h"

namespace iwant::cli {

namespace {

ExitCode unknown_command(const std::string& name, Output& output) {
    std::vector<std::string_view> names = {"help"};
    for (const CommandInfo& command : commands()) names.push_back(command.name);
    output.error("There is no command '" + escape_for_display(name) + "'.");
    if (const auto meant = closest_word(name, names)) {
        output.talk("Did you mean 'iwanto " + std::string(*meant) + "'?");
    } else {
        output.talk("'iwanto help' lists them.");
    }
    return ExitCode::usage;
}

ExitCode run_command(const CommandInfo& info, std::vector<std::string> arguments, Context context) {
    const std::unique_ptr<Command> command = info.make();
    CLI::App app;
    command->declare(app);
    arguments = command->prepare(std::move(arguments));
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        context.output.results(help_of(info));
        return ExitCode::done;
    } catch (const CLI::ParseError& error) {
        return wrong_use(context.output, error.what(), info.name);
    }
    return command->run(context);
}

ExitCode show_help(const std::vector<std::string>& words, Output& output) {
    if (words.empty()) {
        output.results(help_of_all());
        return ExitCode::done;
    }
    const CommandInfo* command = find_command(words.front());
    if (!command) return unknown_command(words.front(), output);
    output.results(help_of(*command));
    return ExitCode::done;
}

// The options before the command. `used` says how many arguments they took.
struct Global {
    std::optional<std::filesystem::path> home;
    bool help = false;
    bool version = false;
    std::size_t used = 0;
    std::optional<std::string> mistake;
};

Global read_global(const std::vector<std::string>& arguments) {
    constexpr std::string_view kHome = "--home";
    constexpr std::string_view kHomeIs = "--home=";
    Global global;
    for (; global.used < arguments.size(); ++global.used) {
        const std::string& argument = arguments[global.used];
        if (argument == "--help" || argument == "-h") {
            global.help = true;
        } else if (argument == "--version") {
            global.version = true;
        } else if (argument == kHome && global.used + 1 < arguments.size()) {
            global.home = arguments[++global.used];
        } else if (argument.starts_with(kHomeIs)) {
            global.home = argument.substr(kHomeIs.size());
        } else if (argument == kHome) {
            global.mistake = "--home needs a folder.";
        } else if (argument.starts_with('-')) {
            global.mistake =
                "There is no option '" + escape_for_display(argument) + "' before a command.";
        } else {
            break;
        }
    }
    if (global.home && global.home->empty()) global.mistake = "--home needs a folder.";
    return global;
}

ExitCode run_arguments(std::vector<std::string> arguments, Output& output) {
    const Global global = read_global(arguments);
    if (global.mistake) {
        output.error(*global.mistake);
        output.talk("'iwanto help' shows what there is.");
        return ExitCode::usage;
    }
    arguments.erase(arguments.begin(),
                    arguments.begin() + static_cast<std::ptrdiff_t>(global.used));
    if (global.version) {
        output.result("iwanto " + std::string(kVersion));
        return ExitCode::done;
    }
    if (global.help) return show_help(arguments, output);
    if (arguments.empty()) {
        for (const std::string& line : help_of_all()) output.talk(line);
        return ExitCode::usage;
    }
    const std::string name = arguments.front();
    arguments.erase(arguments.begin());
    if (name == "help") return show_help(arguments, output);
    const CommandInfo* command = find_command(name);
    if (!command) return unknown_command(name, output);
    return run_command(*command, std::move(arguments), Context{global.home, output});
}

}  // namespace

ExitCode run_program(std::vector<std::string> arguments, Output& output) {
    ExitCode code = ExitCode::failed;
    try {
        code = run_arguments(std::move(arguments), output);
    } catch (const std::exception& error) {
        output.error(std::string("something went wrong inside iwanto: ") + error.what());
    }
    if (output.flush()) return code;
    return worse(code, ExitCode::failed);
}

}  // namespace iwant::cli
