#include "app/daemon/browser.h"

#include <algorithm>
#include <utility>

namespace iwant::daemon {
namespace {

/// The node and the doctor count theirs from other numbers.
constexpr std::uint64_t kFirstRequest = std::uint64_t{1} << 62;

Result<protocol::BrowseReply> failure_of(protocol::RefusalCode code) {
    if (code == protocol::RefusalCode::not_shared) {
        return failure(ErrorCode::not_found, "browse", "no such folder is shared there");
    }
    if (code == protocol::RefusalCode::busy) {
        return failure(ErrorCode::busy, "browse", "it has too much to do; try again later");
    }
    return failure(ErrorCode::unavailable, "browse", "it could not read its catalogue");
}

std::unexpected<Error> not_here() {
    return failure(ErrorCode::unavailable, "browse", "it is not here now");
}

}  // namespace

Browser::Browser(const PeerId& self, World world)
    : self_(self), world_(std::move(world)), next_request_(kFirstRequest) {}

void Browser::browse(const PeerId& peer, protocol::BrowseRequest request,
                     control::Reply<protocol::BrowseReply> reply, Time now) {
    if (open_.size() >= kOpenMax) {
        return reply(failure(ErrorCode::busy, "browse", "too much is asked for; try again later"));
    }
    request.request = RequestId{next_request_++};
    Open& open = open_[request.request];
    open = {peer, request, {}, {}, now + kAnswerWithin, std::move(reply)};
    if (peer == self_) {
        return world_.ask_own(request, [this, id = request.request](const protocol::Message& told) {
            take(id, told);
        });
    }
    const auto session = std::ranges::find(
        sessions_, peer, [](const auto& each) -> const PeerId& { return each.second; });
    if (session != sessions_.end()) return ask(open, session->first);
    const bool seems_here = world_.seems_here(peer);
    if (!seems_here) open.deadline = now + kReturnWithin;
    const bool was_away = !seems_here && away_until_.contains(peer);
    if (!was_away) open.dialled = world_.dial(peer);
    if (!open.dialled) answer(request.request, not_here());
}

void Browser::ask(Open& open, SessionId session) {
    open.asked = session;
    world_.send(session, open.request);
}

void Browser::session_opened(SessionId session, const PeerId& peer) {
    sessions_[session] = peer;
    away_until_.erase(peer);
    for (auto& [request, open] : open_) {
        if (open.peer == peer && !open.asked) ask(open, session);
    }
}

void Browser::session_closed(SessionId session) {
    sessions_.erase(session);
    std::vector<RequestId> lost;
    for (const auto& [request, open] : open_) {
        if (open.asked == session) lost.push_back(request);
    }
    for (const RequestId request : lost) {
        answer(request, failure(ErrorCode::unavailable, "browse", "it has just gone"));
    }
}

// Of two peers that dial each other one may fail: whoever seems to be here is waited for.
void Browser::dial_failed(const protocol::Address& address, const std::optional<PeerId>& expected) {
    if (!expected || world_.seems_here(*expected)) return;
    std::vector<RequestId> lost;
    for (const auto& [request, open] : open_) {
        if (open.peer == *expected && open.dialled == address && !open.asked)
            lost.push_back(request);
    }
    for (const RequestId request : lost) answer(request, not_here());
}

void Browser::received(SessionId session, const protocol::Message& message) {
    RequestId request;
    if (const auto* reply = std::get_if<protocol::BrowseReply>(&message)) request = reply->request;
    if (const auto* refusal = std::get_if<protocol::Refusal>(&message)) request = refusal->request;
    const auto open = open_.find(request);
    if (open != open_.end() && open->second.asked == session) take(request, message);
}

void Browser::take(RequestId request, const protocol::Message& message) {
    if (const auto* reply = std::get_if<protocol::BrowseReply>(&message)) {
        answer(request, *reply);
    } else if (const auto* refusal = std::get_if<protocol::Refusal>(&message)) {
        answer(request, failure_of(refusal->code));
    }
}

// The reply may ask again.
void Browser::answer(RequestId request, Result<protocol::BrowseReply> result) {
    const auto open = open_.find(request);
    if (open == open_.end()) return;
    const auto reply = std::move(open->second.reply);
    open_.erase(open);
    reply(std::move(result));
}

void Browser::tick(Time now) {
    std::erase_if(away_until_, [now](const auto& each) { return each.second <= now; });
    std::vector<RequestId> late;
    for (const auto& [request, open] : open_) {
        if (now < open.deadline) continue;
        late.push_back(request);
        if (!open.asked) away_until_[open.peer] = now + kAwayFor;
    }
    for (const RequestId request : late) {
        answer(request, failure(ErrorCode::unavailable, "browse",
                                "it does not answer; it may have gone, or be an older iWant"));
    }
}

}  // namespace iwant::daemon
