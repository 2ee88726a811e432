// What users ask about downloads that run.

#include "io/control/handlers.h"
#include "io/control/json_answer.h"
#include "io/control/request_body.h"

namespace iwant::control {

namespace {

using Change = Result<DownloadReport> (Backend::*)(const std::string&);
using ChangeAll = std::vector<DownloadReport> (Backend::*)();

// Requests that say all in their path have an empty body.
void change_download(const Call& call, const Answer& answer, Change change) {
    if (const auto error = RequestBody(call.body).error()) return answer(answer_of(*error));
    answer(answer_of_result((call.backend.*change)(call.parameters.front())));
}

void change_all(const Call& call, const Answer& answer, ChangeAll change) {
    if (const auto error = RequestBody(call.body).error()) return answer(answer_of(*error));
    answer(json_answer(to_json((call.backend.*change)())));
}

std::optional<QueuePlace> place_of(const std::string& word) {
    if (word == "first") return QueuePlace::first;
    if (word == "up") return QueuePlace::up;
    if (word == "down") return QueuePlace::down;
    if (word == "last") return QueuePlace::last;
    return std::nullopt;
}

}  // namespace

void handle_pause(Call call, Answer answer) {
    change_download(call, answer, &Backend::pause);
}

void handle_resume(Call call, Answer answer) {
    change_download(call, answer, &Backend::resume);
}

void handle_cancel(Call call, Answer answer) {
    change_download(call, answer, &Backend::cancel);
}

void handle_pause_all(Call call, Answer answer) {
    change_all(call, answer, &Backend::pause_all);
}

void handle_resume_all(Call call, Answer answer) {
    change_all(call, answer, &Backend::resume_all);
}

void handle_cancel_all(Call call, Answer answer) {
    change_all(call, answer, &Backend::cancel_all);
}

void handle_move(Call call, Answer answer) {
    RequestBody body(call.body);
    const std::optional<QueuePlace> to = place_of(body.text("to"));
    if (const auto error = body.error()) return answer(answer_of(*error));
    if (!to) {
        return answer(answer_of(
            Error{ErrorCode::invalid_argument, "", "\"to\" is one of first, up, down, last."}));
    }
    answer(answer_of_result(call.backend.move(call.parameters.front(), *to)));
}

void handle_limits(Call call, Answer answer) {
    answer(json_answer(to_json(call.backend.limits())));
}

void handle_set_limits(Call call, Answer answer) {
    RequestBody body(call.body);
    LimitsChange change;
    change.upload = body.text_if_given("upload");
    change.download = body.text_if_given("download");
    if (const auto error = body.error()) return answer(answer_of(*error));
    answer(answer_of_result(call.backend.set_limits(change)));
}

}  // namespace iwant::control
