#include <chrono>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/json_view.h"
#include "app/cli/search_table.h"
#include "app/cli/service.h"
#include "base/query.h"
#include "base/text.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

constexpr double kWaitDefault_s = 3;
constexpr double kWaitMax_s = 60;

class Search final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("words", words_, "what to look for; typos are forgiven");
        app.add_option("--limit", limit_, "at most so many results (20)")
            ->type_name("N")
            ->check(CLI::Range(1, 200));
        app.add_option("--type", type_, "video, audio, image, document, archive, program or folder")
            ->type_name("TYPE");
        app.add_option("--min-size", min_size_, "not smaller than this: 700M, 1.5GB")
            ->type_name("SIZE");
        app.add_option("--max-size", max_size_, "not larger than this")->type_name("SIZE");
        app.add_option("--ext", extension_, "only names that end so: pdf")->type_name("EXT");
        app.add_option("--peer", peer_, "only of this peer: its name or the beginning of its id")
            ->type_name("PEER");
        app.add_flag("--exact", exact_, "forgive no typos");
        app.add_option("--wait", wait_s_, "how long to wait for everybody's answer (3)")
            ->type_name("SECONDS")
            ->check(CLI::Range(0.0, kWaitMax_s));
        app.add_flag("--verify", verify_, "check the leader's answer against another index");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<json::object> request = make_request();
        if (!request) return wrong_use(context.output, request.error().message, "search");
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        const auto wait = std::chrono::milliseconds(static_cast<std::int64_t>(wait_s_ * 1000));
        const Result<json::value> answer =
            service->send("POST", "/api/search", *request, wait + kAnswerTimeout);
        if (!answer) return fail(context.output, answer.error(), form);
        return show(as_object(*answer), context.output);
    }

  private:
    std::string text() const {
        std::string joined;
        for (const std::string& word : words_) joined += (joined.empty() ? "" : " ") + word;
        return joined;
    }

    Result<json::object> make_request() const {
        const bool narrows = !type_.empty() || !min_size_.empty() || !max_size_.empty() ||
                             !extension_.empty() || !peer_.empty();
        const std::string words = text();
        if (words.find_first_not_of(" \t\n") == std::string::npos && !narrows) {
            return failure(ErrorCode::invalid_argument, "", "Say what to search for.");
        }
        json::object request = {{"query", words},
                                {"limit", limit_},
                                {"exact", exact_},
                                {"verify", verify_},
                                {"wait_ms", static_cast<std::int64_t>(wait_s_ * 1000)}};
        if (!is_valid_utf8(words)) {
            return failure(ErrorCode::invalid_argument, "", "The words are not UTF-8.");
        }
        if (!type_.empty()) {
            const auto type = parse_file_type(type_);
            if (!type || *type == FileType::any) {
                return failure(
                    ErrorCode::invalid_argument, "",
                    "--type is one of video, audio, image, document, archive, program, folder.");
            }
            request["type"] = type_;
        }
        for (const auto& [key, given] :
             {std::pair{"min_size", &min_size_}, {"max_size", &max_size_}}) {
            if (given->empty()) continue;
            const Result<std::uint64_t> size = parse_size(*given);
            if (!size) return std::unexpected(Error{size.error().code, "", size.error().text()});
            request[key] = *size;
        }
        if (!extension_.empty()) request["ext"] = extension_;
        if (!peer_.empty()) request["peer"] = peer_;
        return request;
    }

    ExitCode show(const Object& report, Output& output) const {
        const Array& results = list_at(report, "results");
        if (json_) {
            output.result(json::serialize(report));
        } else {
            output.results(search_lines(report, output.terminal(), platform::unix_now()));
        }
        const std::string incomplete = coverage_text(report);
        if (results.empty()) {
            const std::string hint = exact_ ? " Without --exact, typos are forgiven."
                                            : " Try fewer words or another spelling.";
            output.talk("Nothing found." + (incomplete.empty() ? hint : ""));
        } else if (!json_ && output.terminal().out_is_terminal) {
            const std::uint64_t total = number_at(report, "total");
            std::string line = "Fetch one by its row: iwanto download 1";
            if (total > results.size()) {
                line = std::to_string(results.size()) + " of " + std::to_string(total) +
                       " results; --limit shows more. " + line;
            }
            output.talk(line);
        }
        if (!incomplete.empty()) output.talk(incomplete);
        for (const std::string& line : verification_lines(report)) output.talk(line);
        if (!results.empty()) return ExitCode::done;
        return incomplete.empty() ? ExitCode::failed : ExitCode::temporary;
    }

    std::vector<std::string> words_;
    int limit_ = 20;
    std::string type_;
    std::string min_size_;
    std::string max_size_;
    std::string extension_;
    std::string peer_;
    bool exact_ = false;
    bool verify_ = false;
    double wait_s_ = kWaitDefault_s;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_search() {
    return std::make_unique<Search>();
}

}  // namespace iwant::cli
