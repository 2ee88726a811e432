#include <algorithm>
#include <chrono>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/download_text.h"
#include "app/cli/interrupt.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "base/hex.h"
#include "base/text.h"
#include "io/platform/paths.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kLookEvery{200};
/// In the beginning, and when the end is near: a short download is not waited for longer than it
/// takes.
constexpr std::chrono::milliseconds kLookSoon{10};
/// The service asks the network first when a row or prefix is not known.
constexpr std::chrono::seconds kStartTimeout{60};
/// A download that waits for so long is left to the service.
constexpr std::chrono::seconds kPatience{15};
constexpr std::size_t kRowDigitsMax = 4;
constexpr std::size_t kPrefixMin = 6;
constexpr std::size_t kHashDigits = 64;

bool is_row(const std::string& text) {
    return !text.empty() && text.size() <= kRowDigitsMax &&
           text.find_first_not_of("0123456789") == std::string::npos && text != "0";
}

bool is_hash_or_prefix(const std::string& text) {
    return is_hex(text) && text.size() >= kPrefixMin && text.size() <= kHashDigits;
}

/// Half of the time that the rest should take.
std::chrono::milliseconds until_next_look(const Object& download,
                                          std::chrono::milliseconds since_change) {
    const std::uint64_t rate = number_at(download, "rate");
    const std::uint64_t done = number_at(download, "bytes_done");
    const std::uint64_t left = std::max(number_at(download, "bytes_total"), done) - done;
    if (rate == 0 || left == 0) return std::clamp(since_change / 2, kLookSoon, kLookEvery);
    const std::uint64_t most = static_cast<std::uint64_t>(kLookEvery.count());
    const auto half = std::chrono::milliseconds(std::min(left / (rate / 500 + 1), most));
    return std::clamp(half, kLookSoon, kLookEvery);
}

class Download final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("what", what_,
                       "row of the last search, or a hash, or 6 or more of its first digits")
            ->required();
        app.add_option("--to", folder_, "where to put it this time")->type_name("DIR");
        app.add_flag("--detach", detach_, "start it and do not wait");
        app.add_flag("--json", json_, "one JSON object a line");
    }

    ExitCode run(Context& context) override {
        for (const std::string& what : what_) {
            if (is_row(what) || is_hash_or_prefix(what)) continue;
            return wrong_use(context.output,
                             "'" + escape_for_display(what) +
                                 "' is neither a row, nor a hash or 6 or more of its first digits.",
                             "download");
        }
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return failed(context.output, service.error());
        std::vector<std::uint64_t> started;
        ExitCode code = ExitCode::done;
        for (const std::string& what : what_) {
            const Result<json::value> answer = start(*service, what);
            if (!answer) {
                code = worse(code, failed(context.output, answer.error()));
            } else if (detach_) {
                show_started(as_object(*answer), context.output);
            } else {
                started.push_back(number_at(as_object(*answer), "id"));
            }
        }
        Interrupt interrupt;
        for (const std::uint64_t id : started) {
            const ExitCode ended = follow(*service, id, interrupt, context.output);
            if (ended == ExitCode::interrupted) return ended;
            code = worse(code, ended);
        }
        return code;
    }

  private:
    Result<json::value> start(const Service& service, const std::string& what) const {
        json::object request = {{"what", what}};
        if (folder_) {
            const Result<std::filesystem::path> folder = platform::resolve(*folder_);
            if (!folder) return std::unexpected(folder.error());
            request["folder"] = folder->string();
        }
        return service.send("POST", "/api/downloads", request, kStartTimeout);
    }

    void show_started(const Object& download, Output& output) const {
        if (json_) {
            Object event = progress_event(download);
            event["event"] = "started";
            output.result(json::serialize(event));
        }
        output.talk("Started: " + text_at(download, "name") +
                    ". 'iwanto downloads' shows how far it is.");
    }

    // Shows one download until it ends one way or the other.
    ExitCode follow(const Service& service, std::uint64_t id, Interrupt& interrupt,
                    Output& output) const {
        const std::string target = "/api/downloads/" + std::to_string(id);
        std::chrono::milliseconds waited{0};
        std::chrono::milliseconds since_change{0};
        std::string last_state;
        for (;;) {
            const Result<json::value> answer = service.get(target);
            if (!answer) return lost(answer.error(), output);
            const Object& download = as_object(*answer);
            const std::string state = text_at(download, "state");
            if (state == "done") return done(download, output);
            if (state == "failed") return ended(download, ExitCode::failed, output);
            if (state == "paused") {
                output.talk("Paused. 'iwanto resume " + handle_of(download) + "' goes on.");
                return ended(download, ExitCode::temporary, output);
            }
            if (std::exchange(last_state, state) != state) since_change = {};
            const std::chrono::milliseconds pause = until_next_look(download, since_change);
            since_change += pause;
            waited = state == "waiting" ? waited + pause : std::chrono::milliseconds(0);
            if (waited >= kPatience) return left_waiting(download, output);
            if (json_) output.result(json::serialize(progress_event(download)));
            output.progress(progress_line(download, output.terminal().columns - 1));
            if (json_) output.flush();
            if (interrupt.wait(pause)) return interrupted(download, output);
        }
    }

    ExitCode done(const Object& download, Output& output) const {
        const std::string path = text_at(download, "path");
        output.result(json_ ? json::serialize(done_event(download)) : escape_for_display(path));
        return ExitCode::done;
    }

    ExitCode ended(const Object& download, ExitCode code, Output& output) const {
        const std::string message = text_at(download, "message");
        const std::string why = message.empty() ? text_at(download, "state") : message;
        const std::string word = text_if_any(download, "code").value_or(text_at(download, "state"));
        if (json_) output.result(json::serialize(failed_event(word, why)));
        if (code == ExitCode::failed) output.error(text_at(download, "name") + ": " + why);
        return code;
    }

    ExitCode left_waiting(const Object& download, Output& output) const {
        const ExitCode code = ended(download, ExitCode::temporary, output);
        const std::string message = text_at(download, "message");
        output.talk(text_at(download, "name") +
                    " waits: " + (message.empty() ? "nobody who has it is here" : message) + ".");
        output.talk("It goes on by itself. See it: iwanto downloads. Give it up: iwanto cancel " +
                    handle_of(download));
        return code;
    }

    ExitCode interrupted(const Object& download, Output& output) const {
        if (json_) {
            output.result(json::serialize(
                failed_event("cancelled", "interrupted; the download goes on in the service")));
        }
        output.talk(
            "The download goes on in the service. See it: iwanto downloads. Stop it: iwanto "
            "cancel " +
            handle_of(download));
        return ExitCode::interrupted;
    }

    ExitCode lost(const Error& error, Output& output) const {
        if (error.code == ErrorCode::not_found) {
            return failed(output, {ErrorCode::not_found, "", "The download was cancelled."});
        }
        const ExitCode code = failed(output, error);
        if (error.code == ErrorCode::not_running) {
            output.talk("The download goes on when the service is started again.");
        }
        return code;
    }

    ExitCode failed(Output& output, const Error& error) const {
        if (json_) {
            output.result(
                json::serialize(failed_event(std::string(to_string(error.code)), error.text())));
        }
        return fail(output, error, Form::text);
    }

    std::vector<std::string> what_;
    std::optional<std::string> folder_;
    bool detach_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_download() {
    return std::make_unique<Download>();
}

}  // namespace iwant::cli
