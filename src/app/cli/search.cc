#include <chrono>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/highlight.h"
#include "app/cli/interrupt.h"
#include "app/cli/json_view.h"
#include "app/cli/new_hits.h"
#include "app/cli/search_options.h"
#include "app/cli/search_table.h"
#include "app/cli/service.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

/// A search that goes on asks so often: the leader takes many times as much from one peer.
constexpr std::chrono::seconds kFollowEvery{2};

class Search final : public Command {
  public:
    void declare(CLI::App& app) override { options_.declare(app); }

    std::vector<std::string> prepare(std::vector<std::string> arguments) override {
        return with_excluded_words_last(std::move(arguments));
    }

    ExitCode run(Context& context) override {
        Result<AskedSearch> asked = options_.read(platform::unix_now());
        if (!asked) return wrong_use(context.output, asked.error().message, "search");
        asked_ = std::move(*asked);
        const Form form = form_of(options_.json);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        if (options_.follow) return follow(*service, context.output);
        const Result<json::value> answer = ask(*service);
        if (!answer) return fail(context.output, answer.error(), form);
        return show(as_object(*answer), context.output);
    }

  private:
    Result<json::value> ask(const Service& service) const {
        const auto wait =
            std::chrono::milliseconds(static_cast<std::int64_t>(options_.wait_s * 1000));
        return service.send("POST", "/api/search", asked_.request, wait + kAnswerTimeout);
    }

    std::vector<std::string> table(const Object& report, const Output& output) const {
        const std::string meant = text_if_any(report, "did_you_mean").value_or("");
        return search_lines(report, output.terminal(), platform::unix_now(),
                            words_to_mark(asked_.words + " " + meant));
    }

    ExitCode show(const Object& report, Output& output) const {
        const Array& results = list_at(report, "results");
        if (options_.json) {
            output.result(json::serialize(report));
        } else {
            for (const std::string& line : remark_lines(report)) output.talk(line);
            output.results(table(report, output));
        }
        const std::string incomplete = coverage_text(report);
        if (results.empty()) {
            const std::string hint = options_.exact ? " Without --exact, typos are forgiven."
                                                    : " Try fewer words or another spelling.";
            output.talk("Nothing found." + (incomplete.empty() ? hint : ""));
        } else if (!options_.json && output.terminal().out_is_terminal) {
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

    // Answers that fail for a while, as during an election, end it only at the beginning.
    ExitCode follow(const Service& service, Output& output) const {
        NewHits hits;
        Interrupt interrupt;
        std::string told;
        for (bool is_first = true;; is_first = false) {
            const Result<json::value> answer = ask(service);
            if (!answer && (is_first || answer.error().code == ErrorCode::not_running)) {
                return fail(output, answer.error(), form_of(options_.json));
            }
            if (answer) {
                Object report = as_object(*answer);
                report["results"] = hits.take(list_at(report, "results"));
                show_new(report, is_first, output);
                const std::string coverage = coverage_text(report);
                if (coverage != told && !coverage.empty()) output.talk(coverage);
                told = coverage;
            }
            if (!output.flush()) return ExitCode::failed;
            if (interrupt.wait(kFollowEvery)) return ExitCode::interrupted;
        }
    }

    void show_new(const Object& report, bool is_first, Output& output) const {
        if (options_.json) {
            for (const auto& hit : list_at(report, "results")) output.result(json::serialize(hit));
            return;
        }
        if (is_first) {
            for (const std::string& line : remark_lines(report)) output.talk(line);
        }
        std::vector<std::string> lines = table(report, output);
        // Its titles are there already.
        if (!is_first && output.terminal().out_is_terminal && !lines.empty())
            lines.erase(lines.begin());
        output.results(lines);
    }

    SearchOptions options_;
    AskedSearch asked_;
};

}  // namespace

std::unique_ptr<Command> make_search() {
    return std::make_unique<Search>();
}

}  // namespace iwant::cli
