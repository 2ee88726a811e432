// limit: how fast uploads and downloads may be.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "app/daemon/config.h"
#include "base/text.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

class Limit final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("words", words_, "upload or download, and a rate; shows both without");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const bool known = words_.empty() || words_[0] == "upload" || words_[0] == "download";
        if (!known || words_.size() == 1) {
            return wrong_use(context.output, "It is: iwanto limit upload|download <rate>", "limit");
        }
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        if (words_.empty()) return show(service->get("/api/limits"), context.output);
        std::string rate;
        for (std::size_t i = 1; i < words_.size(); ++i) rate += (i > 1 ? " " : "") + words_[i];
        if (const auto parsed = daemon::RateSchedule::parse(rate); !parsed) {
            return wrong_use(context.output,
                             "'" + escape_for_display(rate) + "' " + parsed.error().message,
                             "limit");
        }
        return show(service->send("PUT", "/api/limits", {{words_[0], rate}}), context.output);
    }

  private:
    ExitCode show(const Result<json::value>& answer, Output& output) const {
        if (!answer) return fail(output, answer.error(), form_of(json_));
        if (json_) {
            output.result(json::serialize(*answer));
            return ExitCode::done;
        }
        for (const char* which : {"upload", "download"}) {
            const Object& limit = object_at(as_object(*answer), which);
            const auto now = number_if_any(limit, "now");
            const std::string setting = text_at(limit, "setting");
            const std::string rate =
                now ? human_size(static_cast<std::uint64_t>(*now)) + "/s" : "none";
            const bool by_time = setting.find(':') != std::string::npos;
            output.result(std::string(which) +
                          std::string(10 - std::string_view(which).size(), ' ') + rate +
                          (by_time ? "  (" + escape_for_display(setting) + ")" : ""));
        }
        return ExitCode::done;
    }

    std::vector<std::string> words_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_limit() {
    return std::make_unique<Limit>();
}

}  // namespace iwant::cli
