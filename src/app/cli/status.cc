// status, connect: what the service sees around it.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "app/cli/status_text.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

class Status final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_flag("--json", json_, "answer in JSON"); }

    ExitCode run(Context& context) override {
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        const Result<json::value> answer = service->get("/api/status");
        if (!answer) return fail(context.output, answer.error(), form_of(json_));
        if (json_) {
            context.output.result(json::serialize(*answer));
        } else {
            context.output.results(status_lines(as_object(*answer)));
        }
        return ExitCode::done;
    }

  private:
    bool json_ = false;
};

class Connect final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("address", address_, "host:port of the other peer")->required();
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        const Result<json::value> answer =
            service->send("POST", "/api/connect", {{"address", address_}});
        if (!answer) return fail(context.output, answer.error(), form_of(json_));
        if (json_) context.output.result(json::serialize(*answer));
        context.output.talk("Trying " + address_ + "; 'iwanto peers' shows when it is there.");
        return ExitCode::done;
    }

  private:
    std::string address_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_status() {
    return std::make_unique<Status>();
}

std::unique_ptr<Command> make_connect() {
    return std::make_unique<Connect>();
}

}  // namespace iwant::cli
