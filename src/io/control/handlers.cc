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

constexpr std::size_t kQueryBytesMax = 256;
constexpr std::size_t kExtensionBytesMax = 32;
constexpr std::uint64_t kResultsMax = 200;
constexpr std::uint64_t kWaitMax_ms = 60'000;
constexpr std::uint64_t kWaitDefault_ms = 3'000;
constexpr std::uint64_t kSizeMax = std::uint64_t{1} << 53;

Error invalid(std::string message) {
    return {ErrorCode::invalid_argument, "", std::move(message)};
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
    if (failed != std::errc() || end != text.end()) return std::nullopt;
    return number;
}

std::optional<Error> mistake_in(const Query& query) {
    if (query.text.size() > kQueryBytesMax) {
        return invalid("The search text is longer than " + std::to_string(kQueryBytesMax) +
                       " bytes.");
    }
    if (query.extension.size() > kExtensionBytesMax) return invalid("The extension is too long.");
    if (query.limit == 0) return invalid("\"limit\" must be at least 1.");
    if (query.size_min && query.size_max && *query.size_min > *query.size_max) {
        return invalid("The smallest size is larger than the largest.");
    }
    const bool narrows = query.type != FileType::any || query.size_min || query.size_max ||
                         !query.extension.empty() || query.owner;
    if (query.text.find_first_not_of(" \t\r\n") == std::string::npos && !narrows) {
        return invalid("Say what to search for, or give a filter.");
    }
    return std::nullopt;
}

Result<SearchRequest> read_search(const Call& call) {
    RequestBody body(call.body);
    SearchRequest request;
    request.query.text = body.text_if_given("query").value_or("");
    request.query.limit =
        static_cast<std::uint32_t>(body.number_if_given("limit", kResultsMax).value_or(20));
    request.query.size_min = body.number_if_given("min_size", kSizeMax);
    request.query.size_max = body.number_if_given("max_size", kSizeMax);
    request.query.extension = body.text_if_given("ext").value_or("");
    if (request.query.extension.starts_with('.')) request.query.extension.erase(0, 1);
    request.query.exact = body.flag("exact");
    request.verify = body.flag("verify");
    request.wait = std::chrono::milliseconds(
        body.number_if_given("wait_ms", kWaitMax_ms).value_or(kWaitDefault_ms));
    const auto type = body.text_if_given("type");
    const auto peer = body.text_if_given("peer");
    if (const auto error = body.error()) return std::unexpected(*error);
    if (type) {
        const auto parsed = parse_file_type(*type);
        if (!parsed || *parsed == FileType::any) {
            return std::unexpected(invalid(
                "\"type\" is one of video, audio, image, document, archive, program, folder."));
        }
        request.query.type = *parsed;
    }
    if (peer) {
        const Result<PeerId> owner = choose_peer(call.backend.peers(), *peer);
        if (!owner) return std::unexpected(owner.error());
        request.query.owner = *owner;
    }
    if (const auto error = mistake_in(request.query)) return std::unexpected(*error);
    return request;
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

void handle_search(Call call, Answer answer) {
    Result<SearchRequest> request = read_search(call);
    if (!request) return answer(answer_of(request.error()));
    call.backend.search(std::move(*request),
                        [answer = std::move(answer)](Result<SearchReport> report) {
                            answer(answer_of_result(report));
                        });
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
