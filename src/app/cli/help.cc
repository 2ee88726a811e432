#include "app/cli/help.h"

#include <CLI/CLI.hpp>

#include "base/version.h"

namespace iwant::cli {

namespace {

constexpr std::size_t kNameColumns = 13;

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// What CLI11 lists, without its own usage line.
std::vector<std::string> options_of(const CommandInfo& info) {
    const std::unique_ptr<Command> command = info.make();
    CLI::App app;
    command->declare(app);
    app.get_formatter()->column_width(28);
    std::vector<std::string> lines = lines_of(app.help());
    const auto options = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.starts_with("Positionals") || line.starts_with("Options");
    });
    lines.erase(lines.begin(), options);
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return lines;
}

}  // namespace

std::vector<std::string> help_of_all() {
    std::vector<std::string> lines = {
        "iWant " + std::string(kVersion) + ": find and fetch each other's files on this network.",
        "", "usage: iwanto [--home DIR] <command> [options]", ""};
    for (const CommandInfo& command : commands()) {
        std::string line = "  " + std::string(command.name);
        line.resize(std::max(line.size() + 2, kNameColumns), ' ');
        lines.push_back(line + std::string(command.summary));
    }
    for (const char* line :
         {"", "  help <command>  more about one command, with examples",
          "  --version       which version this is",
          "  --home DIR      another state folder than ~/.iwant (or IWANT_HOME)", "",
          "First steps: iwanto start, and in another terminal iwanto search some words."}) {
        lines.emplace_back(line);
    }
    return lines;
}

std::vector<std::string> help_of(const CommandInfo& command) {
    std::string usage = "usage: iwanto " + std::string(command.name);
    if (!command.usage.empty()) usage += " " + std::string(command.usage);
    std::vector<std::string> lines = {usage, "", "  " + std::string(command.summary), ""};
    for (std::string& line : options_of(command)) lines.push_back(std::move(line));
    lines.emplace_back("");
    lines.emplace_back("Examples:");
    for (const std::string& line : lines_of(command.examples)) lines.push_back("  " + line);
    return lines;
}

}  // namespace iwant::cli
