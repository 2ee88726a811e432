// downloads, pause, resume, cancel: what goes on in the service.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/download_text.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "base/hex.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

class Downloads final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_flag("--json", json_, "answer in JSON"); }

    ExitCode run(Context& context) override {
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        const Result<json::value> answer = service->get("/api/downloads");
        if (!answer) return fail(context.output, answer.error(), form);
        if (json_) {
            context.output.result(json::serialize(*answer));
            return ExitCode::done;
        }
        const Array& downloads = list_at(as_object(*answer), "downloads");
        context.output.results(download_lines(downloads, context.output.terminal()));
        if (downloads.empty()) context.output.talk("There are no downloads.");
        return ExitCode::done;
    }

  private:
    bool json_ = false;
};

/// One of the three changes of a download; `verb` is its command and its place in the API.
class Change final : public Command {
  public:
    Change(std::string verb, std::string done) : verb_(std::move(verb)), done_(std::move(done)) {}

    void declare(CLI::App& app) override {
        app.add_option("download", what_, "its hash, the beginning of that, or #number")
            ->required();
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const bool numbered = what_.starts_with('#');
        const std::string digits = what_.substr(numbered ? 1 : 0);
        if (!is_hex(digits) || digits.size() > 64) {
            return wrong_use(context.output,
                             "'" + escape_for_display(what_) + "' is no hash and no #number.",
                             verb_);
        }
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        const std::string target =
            "/api/downloads/" + std::string(numbered ? "%23" : "") + digits + "/" + verb_;
        const Result<json::value> answer = service->send("POST", target, {});
        if (!answer) return fail(context.output, answer.error(), form);
        if (json_) context.output.result(json::serialize(*answer));
        context.output.talk(done_ + ": " + text_at(as_object(*answer), "name"));
        return ExitCode::done;
    }

  private:
    const std::string verb_;
    const std::string done_;
    std::string what_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_downloads() {
    return std::make_unique<Downloads>();
}

std::unique_ptr<Command> make_pause() {
    return std::make_unique<Change>("pause", "Paused");
}

std::unique_ptr<Command> make_resume() {
    return std::make_unique<Change>("resume", "Goes on");
}

std::unique_ptr<Command> make_cancel() {
    return std::make_unique<Change>("cancel", "Cancelled");
}

}  // namespace iwant::cli
