// downloads, pause, resume, cancel, prioritize: what goes on in the service.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/download_details.h"
#include "app/cli/download_text.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "base/hex.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

bool is_handle(const std::string& what) {
    const std::string digits = what.substr(what.starts_with('#') ? 1 : 0);
    return is_hex(digits) && digits.size() <= 64;
}

/// The place of a download in the API: "/api/downloads/abcdef12/" or "/api/downloads/%237/".
std::string target_of(const std::string& what) {
    const bool numbered = what.starts_with('#');
    return "/api/downloads/" + (numbered ? "%23" + what.substr(1) : what) + "/";
}

ExitCode no_handle(const Context& context, const std::string& what, std::string_view verb) {
    return wrong_use(context.output,
                     "'" + escape_for_display(what) + "' is no hash and no #number.", verb);
}

class Downloads final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("download", what_, "one, closely: its hash, the beginning of that, #number");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        if (!what_.empty() && !is_handle(what_)) return no_handle(context, what_, "downloads");
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        return what_.empty() ? show_all(*service, context.output)
                             : show_one(*service, context.output);
    }

  private:
    ExitCode show_all(const Service& service, Output& output) const {
        const Result<json::value> answer = service.get("/api/downloads");
        if (!answer) return fail(output, answer.error(), form_of(json_));
        if (json_) {
            output.result(json::serialize(*answer));
            return ExitCode::done;
        }
        const Array& downloads = list_at(as_object(*answer), "downloads");
        output.results(download_lines(downloads, output.terminal()));
        if (downloads.empty()) output.talk("There are no downloads.");
        return ExitCode::done;
    }

    ExitCode show_one(const Service& service, Output& output) const {
        Object whole;
        Array files;
        for (;;) {
            const Result<json::value> answer =
                service.get(target_of(what_) + "files/" + std::to_string(files.size()));
            if (!answer) return fail(output, answer.error(), form_of(json_));
            if (files.empty()) whole = object_at(as_object(*answer), "download");
            const Array& part = list_at(as_object(*answer), "files");
            files.insert(files.end(), part.begin(), part.end());
            if (part.empty() || files.size() >= number_at(whole, "files_total")) break;
        }
        if (json_) {
            whole["files"] = std::move(files);
            output.result(json::serialize(whole));
            return ExitCode::done;
        }
        output.results(detail_lines(whole));
        const bool folder = text_at(whole, "kind") == "folder";
        if (folder) output.results(file_lines(files, output.terminal()));
        return ExitCode::done;
    }

    std::string what_;
    bool json_ = false;
};

/// One of the three changes of downloads; `verb` is its command and its place in the API.
class Change final : public Command {
  public:
    Change(std::string verb, std::string done) : verb_(std::move(verb)), done_(std::move(done)) {}

    void declare(CLI::App& app) override {
        app.add_option("download", what_, "its hash, the beginning of that, or #number");
        app.add_flag("--all", all_, "all downloads that are not done");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        if (what_.empty() != all_) {
            return wrong_use(context.output, "Say which downloads, or --all.", verb_);
        }
        for (const std::string& what : what_) {
            if (!is_handle(what)) return no_handle(context, what, verb_);
        }
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        if (all_) return change_all(*service, context.output);
        ExitCode code = ExitCode::done;
        for (const std::string& what : what_) {
            code = worse(code, change(*service, what, context.output));
        }
        return code;
    }

  private:
    ExitCode change(const Service& service, const std::string& what, Output& output) const {
        const Result<json::value> answer = service.send("POST", target_of(what) + verb_, {});
        if (!answer) return fail(output, answer.error(), form_of(json_));
        if (json_) output.result(json::serialize(*answer));
        output.talk(done_ + ": " + text_at(as_object(*answer), "name"));
        return ExitCode::done;
    }

    ExitCode change_all(const Service& service, Output& output) const {
        const Result<json::value> answer = service.send("POST", "/api/downloads/all/" + verb_, {});
        if (!answer) return fail(output, answer.error(), form_of(json_));
        if (json_) output.result(json::serialize(*answer));
        const Array& downloads = list_at(as_object(*answer), "downloads");
        for (const auto& download : downloads) {
            output.talk(done_ + ": " + text_at(as_object(download), "name"));
        }
        if (downloads.empty()) output.talk("There is nothing to " + verb_ + ".");
        return ExitCode::done;
    }

    const std::string verb_;
    const std::string done_;
    std::vector<std::string> what_;
    bool all_ = false;
    bool json_ = false;
};

class Prioritize final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("download", what_, "its hash, the beginning of that, or #number")
            ->required();
        app.add_option("place", place_, "first, up, down or last; first when it is left out")
            ->check(CLI::IsMember({"first", "up", "down", "last"}));
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        if (!is_handle(what_)) return no_handle(context, what_, "prioritize");
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        const Result<json::value> answer =
            service->send("POST", target_of(what_) + "move", {{"to", place_}});
        if (!answer) return fail(context.output, answer.error(), form);
        if (json_) context.output.result(json::serialize(*answer));
        const Object& download = as_object(*answer);
        const auto place = number_if_any(download, "place");
        context.output.talk(
            text_at(download, "name") + ": " +
            (place ? "place " + std::to_string(*place) + " in the queue" : "it has its turn"));
        return ExitCode::done;
    }

  private:
    std::string what_;
    std::string place_ = "first";
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

std::unique_ptr<Command> make_prioritize() {
    return std::make_unique<Prioritize>();
}

}  // namespace iwant::cli
