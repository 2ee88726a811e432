#include "app/cli/peers.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/json_view.h"
#include "app/cli/status_text.h"
#include "io/platform/process.h"

namespace iwant::cli {

namespace {

class Peers final : public Command {
  public:
    void declare(CLI::App& app) override { app.add_flag("--json", json_, "answer in JSON"); }

    ExitCode run(Context& context) override {
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        return show_peers(*service, context.output, form_of(json_));
    }

  private:
    bool json_ = false;
};

}  // namespace

ExitCode show_peers(const Service& service, Output& output, Form form) {
    const Result<boost::json::value> answer = service.get("/api/peers");
    if (!answer) return fail(output, answer.error(), form);
    if (form == Form::json) {
        output.result(boost::json::serialize(*answer));
        return ExitCode::done;
    }
    const Array& peers = list_at(as_object(*answer), "peers");
    output.results(peer_lines(peers, output.terminal(), platform::unix_now()));
    if (peers.empty()) output.talk("Nobody else is here yet.");
    return ExitCode::done;
}

std::unique_ptr<Command> make_peers() {
    return std::make_unique<Peers>();
}

}  // namespace iwant::cli
