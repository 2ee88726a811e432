// doctor: why peers do not see each other.

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/cli/command.h"
#include "app/cli/doctor_text.h"
#include "app/cli/service.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

class Doctor final : public Command {
  public:
    void declare(CLI::App& app) override {
        app.add_option("peer", peer_, "a name, an id or its beginning, or host:port");
        app.add_flag("--json", json_, "answer in JSON");
    }

    ExitCode run(Context& context) override {
        const Result<Service> service = Service::of(context.home_flag);
        if (!service) return fail(context.output, service.error(), form_of(json_));
        context.output.progress("Looking around; this takes some seconds ...");
        json::object request;
        if (!peer_.empty()) request["peer"] = peer_;
        const Result<json::value> answer = service->send("POST", "/api/doctor", request);
        context.output.end_progress();
        if (!answer) return failed(context.output, answer.error());
        if (json_) {
            context.output.result(json::serialize(*answer));
        } else {
            context.output.results(doctor_lines(as_object(*answer)));
        }
        return flag_at(as_object(*answer), "well") ? ExitCode::done : ExitCode::failed;
    }

  private:
    ExitCode failed(Output& output, const Error& error) const {
        const ExitCode code = fail(output, error, form_of(json_));
        if (code == ExitCode::not_running) output.talk("'iwanto start' starts it.");
        return code;
    }

    std::string peer_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_doctor() {
    return std::make_unique<Doctor>();
}

}  // namespace iwant::cli
