#include "app/cli/settings.h"

#include <boost/json.hpp>

#include "app/cli/json_view.h"
#include "app/cli/service.h"
#include "base/text.h"
#include "io/control/json.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

control::ConfigReport report_of(const daemon::Config& config) {
    control::ConfigReport report;
    report.home = config.home.string();
    report.config_file = (config.home / "config.toml").string();
    report.name = config.name;
    for (const auto& folder : config.shared_folders) {
        report.shared_folders.push_back(folder.string());
    }
    report.download_folder = config.download_folder.string();
    report.port = config.port;
    report.web_port = config.web ? config.web_port : 0;
    return report;
}

void show(const json::value& report, Output& output, Form form) {
    if (form == Form::json) return output.result(json::serialize(report));
    const Object& config = as_object(report);
    const auto line = [&output](std::string_view label, const std::string& value) {
        output.result(std::string(label) + std::string(16 - label.size(), ' ') +
                      escape_for_display(value));
    };
    line("name", text_at(config, "name"));
    for (const auto& folder : list_at(config, "shared_folders")) {
        line("shared folder", std::string(std::string_view(folder.as_string())));
    }
    if (list_at(config, "shared_folders").empty()) line("shared folder", "(none)");
    line("download folder", text_at(config, "download_folder"));
    line("port", std::to_string(number_at(config, "port")));
    const std::uint64_t web_port = number_at(config, "web_port");
    line("web port", web_port == 0 ? "off" : std::to_string(web_port));
    line("settings file", text_at(config, "config_file"));
}

}  // namespace

ExitCode change_settings(Context& context, const SettingsChange& change, Form form) {
    const Result<Service> service = Service::of(context.home_flag);
    if (!service) return fail(context.output, service.error(), form);
    const Result<json::value> answer = service->send(change.method, change.target, change.body);
    if (answer) {
        show(*answer, context.output, form);
        return ExitCode::done;
    }
    if (answer.error().code != ErrorCode::not_running || service->process()) {
        return fail(context.output, answer.error(), form);
    }
    Result<daemon::Config> config = daemon::load_config(service->home());
    if (!config) return fail(context.output, config.error(), form);
    if (const Result<void> changed = change.offline(*config); !changed) {
        return fail(context.output, changed.error(), form);
    }
    show(control::to_json(report_of(*config)), context.output, form);
    context.output.talk("The service is not running; this holds from its next start on.");
    return ExitCode::done;
}

ExitCode show_settings(Context& context, Form form) {
    const Result<Service> service = Service::of(context.home_flag);
    if (!service) return fail(context.output, service.error(), form);
    const Result<json::value> answer = service->get("/api/config");
    if (answer) {
        show(*answer, context.output, form);
        return ExitCode::done;
    }
    if (answer.error().code != ErrorCode::not_running) {
        return fail(context.output, answer.error(), form);
    }
    const Result<daemon::Config> config = daemon::load_config(service->home());
    if (!config) return fail(context.output, config.error(), form);
    show(control::to_json(report_of(*config)), context.output, form);
    context.output.talk("The service is not running.");
    return ExitCode::done;
}

}  // namespace iwant::cli
