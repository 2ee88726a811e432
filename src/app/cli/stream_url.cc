// stream-url: where a player finds a file that is still coming.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

/// The service asks the network first when a row or prefix is not known.
constexpr std::chrono::seconds kStartTimeout{60};

class StreamUrl final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("what", what_,
                       "row of the last search, or a hash, or 6 or more of its first digits")
            ->required();
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form);
        const Result<json::value> answer =
            service->send("POST", "/api/streams", {{"what", what_}}, kStartTimeout);
        if (!answer) return fail(context.output, answer.error(), form);
        context.output.result(json_ ? json::serialize(*answer)
                                    : text_at(as_object(*answer), "url"));
        return ExitCode::done;
    }

  private:
    std::string what_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_stream_url() {
    return std::make_unique<StreamUrl>();
}

}  // namespace iwant::cli
