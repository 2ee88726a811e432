// Files for players: where to find one, and its bytes.

#include <boost/json.hpp>

#include "io/control/file_answer.h"
#include "io/control/handlers.h"
#include "io/control/request_body.h"

namespace iwant::control {

namespace {

constexpr std::size_t kHashDigits = 64;

// The address holds for as long as the service runs: its token is made anew at each start.
HttpAnswer address_of(const StreamReport& report, const Door& door) {
    const std::string address = "http://127.0.0.1:" + std::to_string(door.port) + "/file/" +
                                report.hash + "?token=" + door.guard->file_token(report.hash);
    HttpAnswer answer;
    answer.body = boost::json::serialize(boost::json::object{{"url", address},
                                                             {"hash", report.hash},
                                                             {"name", report.name},
                                                             {"size", report.size_bytes}});
    return answer;
}

}  // namespace

void handle_stream(Call call, Answer answer) {
    RequestBody body(call.body);
    const std::string what = body.text("what");
    if (const auto error = body.error()) return answer(answer_of(*error));
    if (call.door.guard == nullptr) {
        return answer(answer_of(Error{ErrorCode::unavailable, "",
                                      "Players read from the web port, which is off. Set web = "
                                      "true in config.toml."}));
    }
    auto reply = [door = call.door, answer = std::move(answer)](Result<StreamReport> report) {
        answer(report ? address_of(*report, door) : answer_of(report.error()));
    };
    call.backend.stream(what, std::move(reply));
}

void handle_file(Call call, Answer answer) {
    const std::string hash = call.parameters.front();
    if (hash.size() != kHashDigits) {
        return answer(answer_of(Error{ErrorCode::not_found, "", "The whole hash is needed here."}));
    }
    auto reply = [head = call.head, answer = std::move(answer)](Result<OpenFile> file) {
        answer(file ? file_answer(head, std::move(*file)) : answer_of(file.error()));
    };
    call.backend.open_file(hash, std::move(reply));
}

}  // namespace iwant::control
