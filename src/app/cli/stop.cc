#include <chrono>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/service.h"

namespace iwant::cli {

namespace {

constexpr std::chrono::seconds kStopTimeout{10};
constexpr std::chrono::milliseconds kLookEvery{20};

class Stop final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_flag("--json", json_, "answer in JSON"); }

    ExitCode run(Context& context) override {
        Output& output = context.output;
        const Form form = form_of(json_);
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(output, service.error(), form);
        const auto asked = service->send("POST", "/api/stop", {});
        if (!asked) return fail(output, asked.error(), form);
        const auto deadline = std::chrono::steady_clock::now() + kStopTimeout;
        while (const std::optional<int> process = service->process()) {
            if (std::chrono::steady_clock::now() > deadline) {
                const Error late{ErrorCode::io, "stop",
                                 "process " + std::to_string(*process) + " does not end"};
                return fail(output, late, form);
            }
            std::this_thread::sleep_for(kLookEvery);
        }
        if (json_) output.result(R"({"stopped":true})");
        output.talk("Stopped.");
        return ExitCode::done;
    }

  private:
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_stop() {
    return std::make_unique<Stop>();
}

}  // namespace iwant::cli
