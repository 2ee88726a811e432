#include "core/node/search_server.h"

#include <utility>

#include "core/node/answers.h"

namespace iwant::node {

void SearchServer::serve(SessionId session, const protocol::SearchRequest& request, Time now) {
    if (!allowed(session, request.request, now)) return;
    auto reply = answer_search(cluster_, index_, request.query);
    reply.request = request.request;
    actions_.push_back(Send{session, std::move(reply)});
}

void SearchServer::serve(SessionId session, const protocol::LocateRequest& request, Time now) {
    if (!allowed(session, request.request, now)) return;
    auto reply = answer_locate(cluster_, index_, request.prefix);
    reply.holders = book_.with_prefix(request.prefix);
    reply.request = request.request;
    actions_.push_back(Send{session, std::move(reply)});
}

bool SearchServer::allowed(SessionId session, RequestId request, Time now) {
    const auto peer = cluster_.peer_of(session);
    if (!peer) return false;
    if (buckets_.take(*peer, now)) return true;
    actions_.push_back(Send{session, protocol::Refusal{request, protocol::RefusalCode::busy}});
    return false;
}

std::vector<Action> SearchServer::take_actions() {
    return std::exchange(actions_, {});
}

}  // namespace iwant::node
