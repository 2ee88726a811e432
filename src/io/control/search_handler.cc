#include <chrono>

#include "io/control/handlers.h"
#include "io/control/json_answer.h"
#include "io/control/peer_choice.h"
#include "io/control/query_fields.h"
#include "io/platform/process.h"

// The part of the handlers that reads what is searched for.

namespace iwant::control {

namespace {

constexpr std::uint64_t kResultsMax = 200;
constexpr std::uint64_t kWaitMax_ms = 60'000;
constexpr std::uint64_t kWaitDefault_ms = 3'000;

Result<SearchRequest> read_search(const Call& call) {
    RequestBody body(call.body);
    SearchRequest request;
    request.typed = body.text_if_given("query").value_or("");
    Result<TypedQuery> typed = read_query(body, platform::unix_now());
    const auto limit = body.number_if_given("limit", kResultsMax);
    const bool exact = body.flag("exact");
    request.verify = body.flag("verify");
    request.follows = body.flag("follow");
    request.wait = std::chrono::milliseconds(
        body.number_if_given("wait_ms", kWaitMax_ms).value_or(kWaitDefault_ms));
    if (const auto error = body.error()) return std::unexpected(*error);
    if (!typed) return std::unexpected(typed.error());
    request.query = std::move(typed->query);
    request.remarks = std::move(typed->remarks);
    request.query.exact = exact;
    request.query.limit = static_cast<std::uint32_t>(limit.value_or(request.query.limit));
    if (request.query.limit == 0) {
        return failure(ErrorCode::invalid_argument, "", "\"limit\" must be at least 1.");
    }
    if (!typed->peer.empty()) {
        const Result<PeerId> owner = choose_peer(call.backend.peers(), typed->peer);
        if (!owner) return std::unexpected(owner.error());
        request.query.owner = *owner;
    }
    return request;
}

}  // namespace

void handle_search(Call call, Answer answer) {
    Result<SearchRequest> request = read_search(call);
    if (!request) return answer(answer_of(request.error()));
    call.backend.search(std::move(*request),
                        [answer = std::move(answer)](Result<SearchReport> report) {
                            answer(answer_of_result(report));
                        });
}

}  // namespace iwant::control
