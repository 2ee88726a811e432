#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/cli/short_forms.h"
#include "app/daemon/daemon.h"
#include "base/text.h"
#include "base/version.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

std::string report_text(const daemon::StartReport& report) {
    std::string text = "iWant " + std::string(kVersion) + " is running.\n";
    const auto add = [&text](std::string_view label, const std::string& value) {
        text += "  " + std::string(label) + std::string(12 - label.size(), ' ') +
                escape_for_display(value) + "\n";
    };
    for (const std::string& made : report.made) add("Made", made);
    add("You are", report.name + " (" + short_id(report.peer_id) + ")");
    for (const auto& folder : report.config.shared_folders) add("Shared", folder.string());
    if (report.config.shared_folders.empty())
        add("Shared", "nothing; iwanto share DIR shares a folder");
    add("Downloads", report.config.download_folder.string());
    add("Port", std::to_string(report.port));
    if (report.web_port != 0) add("Web API", "http://127.0.0.1:" + std::to_string(report.web_port));
    return text;
}

class Start final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_flag("--detach", detach_, "go on in the background");
        app.add_option("--name", options_.name, "how others see this computer")->type_name("NAME");
        app.add_option("--share", options_.shares,
                       "share this folder instead of the configured ones; may be repeated")
            ->type_name("DIR")
            ->allow_extra_args(false);
        app.add_option("--download-dir", options_.download_folder, "where downloads go")
            ->type_name("DIR");
        app.add_option("--interface", options_.interfaces,
                       "use only this interface or address; may be repeated")
            ->type_name("NAME|ADDR")
            ->allow_extra_args(false);
        app.add_option("--port", options_.port, "TCP and UDP port (4926)")
            ->type_name("N")
            ->check(CLI::Range(1, 65535));
        app.add_option("--web-port", options_.web_port, "port of the HTTP API on 127.0.0.1 (4927)")
            ->type_name("N")
            ->check(CLI::Range(1, 65535));
        app.add_option("--peer", options_.peers, "a peer to meet; may be repeated")
            ->type_name("HOST:PORT")
            ->allow_extra_args(false);
        app.add_flag("--no-multicast", options_.no_multicast, "send no announcements");
        app.add_flag("--no-web", options_.no_web, "no HTTP API on 127.0.0.1");
    }

    ExitCode run(Context& context) override {
        options_.home = context.home_flag;
        return detach_ ? run_detached(context.output) : run_here(context.output);
    }

  private:
    ExitCode run_here(Output& output) {
        const Result<void> ended =
            daemon::run(options_, [&output](const daemon::StartReport& report) {
                std::string text = report_text(report) + "Ctrl-C stops it.";
                for (std::size_t start = 0; start < text.size();) {
                    const std::size_t end = std::min(text.find('\n', start), text.size());
                    output.talk(text.substr(start, end - start));
                    start = end + 1;
                }
            });
        return ended ? ExitCode::done : fail(output, ended.error(), Form::text);
    }

    // From detach() on this is the child; only report() reaches the terminal.
    ExitCode run_detached(Output& output) {
        Result<platform::Detached> detached = platform::Detached::detach();
        if (!detached) return fail(output, detached.error(), Form::text);
        const Result<void> ended =
            daemon::run(options_, [&detached](const daemon::StartReport& report) {
                const std::string text = report_text(report) + "'iwanto stop' stops it.";
                detached->report(static_cast<int>(ExitCode::done), text.c_str());
            });
        if (ended) return ExitCode::done;
        const ExitCode code = exit_code_of(ended.error());
        detached->report(static_cast<int>(code), escape_for_display(ended.error().text()).c_str());
        return code;
    }

    daemon::StartOptions options_;
    bool detach_ = false;
};

}  // namespace

std::unique_ptr<Command> make_start() {
    return std::make_unique<Start>();
}

}  // namespace iwant::cli
