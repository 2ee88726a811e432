#include "io/control/handlers.h"

#include <charconv>
#include <filesystem>

#include <boost/json.hpp>

#include "io/control/json_answer.h"
#include "io/control/peer_choice.h"
#include "io/control/request_body.h"

namespace iwant::control {

namespace {

namespace json = boost::json;

Error invalid(std::string message) {
    return {ErrorCode::invalid_argument, "", std::move(message)};
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
    if (failed != std::errc() || end != text.end()) return std::nullopt;
    return number;
}

// The one field of a request that has just one.
Result<std::string> read_text(const Call& call, std::string_view name) {
    RequestBody body(call.body);
    std::string text = body.text(name);
    if (const auto error = body.error()) return std::unexpected(*error);
    return text;
}

Result<std::string> read_folder(const Call& call) {
    Result<std::string> folder = read_text(call, "folder");
    if (folder && !std::filesystem::path(*folder).is_absolute()) {
        return std::unexpected(invalid("\"folder\" must be an absolute path."));
    }
    return folder;
}

// Requests that say all in their path have an empty body.
std::optional<Error> mistake_in_empty(const Call& call) {
    return RequestBody(call.body).error();
}

}  // namespace

void handle_health(Call, Answer answer) {
    HttpAnswer health;
    health.body = "ok\n";
    health.content_type = "text/plain; charset=utf-8";
    answer(std::move(health));
}

void handle_status(Call call, Answer answer) {
    answer(json_answer(to_json(call.backend.status())));
}

void handle_peers(Call call, Answer answer) {
    answer(json_answer(to_json(call.backend.peers())));
}

void handle_config(Call call, Answer answer) {
    answer(json_answer(to_json(call.backend.config())));
}

void handle_downloads(Call call, Answer answer) {
    answer(json_answer(to_json(call.backend.downloads())));
}

void handle_download(Call call, Answer answer) {
    RequestBody body(call.body);
    DownloadRequest request;
    request.what = body.text("what");
    request.folder = body.text_if_given("folder");
    if (const auto error = body.error()) return answer(answer_of(*error));
    if (request.folder && !std::filesystem::path(*request.folder).is_absolute()) {
        return answer(answer_of(invalid("\"folder\" must be an absolute path.")));
    }
    call.backend.download(std::move(request),
                          [answer = std::move(answer)](Result<DownloadReport> report) {
                              answer(answer_of_result(report));
                          });
}

void handle_download_status(Call call, Answer answer) {
    const std::string& text = call.parameters.front();
    const std::optional<std::uint64_t> id = number_of(text);
    if (!id) return answer(answer_of(invalid("The id of a download is a number.")));
    const std::optional<DownloadReport> report = call.backend.download(*id);
    if (report) return answer(json_answer(to_json(*report)));
    answer(answer_of(Error{ErrorCode::not_found, "", "There is no download " + text + "."}));
}

void handle_files(Call call, Answer answer) {
    const std::optional<std::uint64_t> first = number_of(call.parameters.back());
    if (!first) return answer(answer_of(invalid("The number of the first file is a number.")));
    answer(answer_of_result(call.backend.files(call.parameters.front(), *first)));
}

void handle_share(Call call, Answer answer) {
    RequestBody body(call.body);
    const std::string folder = body.text("folder");
    const bool add = body.flag("add");
    if (const auto error = body.error()) return answer(answer_of(*error));
    if (!std::filesystem::path(folder).is_absolute()) {
        return answer(answer_of(invalid("\"folder\" must be an absolute path.")));
    }
    answer(answer_of_result(call.backend.share(folder, add)));
}

void handle_unshare(Call call, Answer answer) {
    const Result<std::string> folder = read_folder(call);
    if (!folder) return answer(answer_of(folder.error()));
    answer(answer_of_result(call.backend.unshare(*folder)));
}

void handle_set_download_folder(Call call, Answer answer) {
    const Result<std::string> folder = read_folder(call);
    if (!folder) return answer(answer_of(folder.error()));
    answer(answer_of_result(call.backend.set_download_folder(*folder)));
}

void handle_connect(Call call, Answer answer) {
    const Result<std::string> address = read_text(call, "address");
    if (!address) return answer(answer_of(address.error()));
    const Result<void> connected = call.backend.connect(*address);
    if (!connected) return answer(answer_of(connected.error()));
    answer(json_answer(json::object{{"address", *address}}));
}

void handle_doctor(Call call, Answer answer) {
    RequestBody body(call.body);
    const std::string who = body.text_if_given("peer").value_or("");
    if (const auto error = body.error()) return answer(answer_of(*error));
    call.backend.doctor(who, [answer = std::move(answer)](Result<DoctorReport> report) {
        answer(answer_of_result(report));
    });
}

void handle_stop(Call call, Answer answer) {
    if (const auto error = mistake_in_empty(call)) return answer(answer_of(*error));
    HttpAnswer stopping = json_answer(json::object{{"stopping", true}});
    stopping.then = HttpAnswer::Then::stop_service;
    answer(std::move(stopping));
}

}  // namespace iwant::control
