#include "core/node/node_state.h"

// What a Node does with the messages that are not the cluster's.

namespace iwant::node {

void Node::State::receive(SessionId session, protocol::SearchRequest& message, Time now) {
    server.serve(session, message, now);
}

void Node::State::receive(SessionId session, protocol::LocateRequest& message, Time now) {
    server.serve(session, message, now);
}

void Node::State::receive(SessionId session, protocol::SearchReply& message, Time now) {
    search_reply(session, message, now);
}

void Node::State::receive(SessionId session, protocol::LocateReply& message, Time now) {
    search_reply(session, message, now);
}

// An answer that nobody waits for any more is late, not wrong.
template <class Reply>
void Node::State::search_reply(SessionId session, Reply& reply, Time now) {
    const auto asked = requests.take(session, reply.request);
    if (!asked) return;
    const auto* inquiry = std::get_if<Inquiry>(&*asked);
    if (inquiry != nullptr) return search.received(*inquiry, std::move(reply), now);
    if constexpr (std::is_same_v<Reply, protocol::SearchReply>) {
        const auto* audited = std::get_if<AuditInquiry>(&*asked);
        if (audited != nullptr) return audit.received(*audited, std::move(reply), now);
    }
    unanswered(*asked, {ErrorCode::protocol, "ask a peer", "it answered something else"}, now);
    nonsense(session, now);
}

void Node::State::unanswered(const Requests::Purpose& asked, const Error& error, Time now) {
    if (const auto* inquiry = std::get_if<Inquiry>(&asked)) {
        search.failed(*inquiry, now);
    } else if (const auto* audited = std::get_if<AuditInquiry>(&asked)) {
        audit.failed(*audited);
    } else {
        bridge.failed(asked, error);
    }
}

void Node::State::receive(SessionId session, protocol::HashReply& message, Time now) {
    swarm_reply(session, message, now);
}

void Node::State::receive(SessionId session, protocol::TreeReply& message, Time now) {
    swarm_reply(session, message, now);
}

void Node::State::receive(SessionId session, protocol::PieceListReply& message, Time now) {
    swarm_reply(session, message, now);
}

void Node::State::receive(SessionId session, protocol::HaveReply& message, Time now) {
    swarm_reply(session, message, now);
}

void Node::State::receive(SessionId session, protocol::Holdings& message, Time) {
    if (const auto peer = cluster.peer_of(session)) book.told(*peer, message);
}

void Node::State::receive(SessionId session, protocol::HaveRequest& message, Time now) {
    if (const auto peer = cluster.peer_of(session)) have.serve(session, *peer, message, now);
}

void Node::State::receive(SessionId session, protocol::Have& message, Time now) {
    const auto peer = cluster.peer_of(session);
    if (!peer) return;
    downloads.handle(swarm::PiecesGained{message.content, *peer, std::move(message.pieces)}, now);
}

template <class Reply>
void Node::State::swarm_reply(SessionId session, Reply& reply, Time now) {
    const auto asked = requests.take(session, reply.request);
    if (!asked || bridge.received(*asked, std::move(reply))) return;
    unanswered(*asked, {ErrorCode::protocol, "ask a peer", "it answered something else"}, now);
    nonsense(session, now);
}

void Node::State::receive(SessionId session, protocol::Refusal& message, Time now) {
    const auto asked = requests.take(session, message.request);
    if (asked) unanswered(*asked, {meaning_of(message.code), "ask a peer", "it refused"}, now);
}

void Node::State::receive(SessionId session, protocol::HashRequest& message, Time) {
    actions.push_back(Serve{session, message});
}

void Node::State::receive(SessionId session, protocol::TreeRequest& message, Time) {
    actions.push_back(Serve{session, message});
}

void Node::State::receive(SessionId session, protocol::PieceListRequest& message, Time) {
    actions.push_back(Serve{session, message});
}

void Node::State::receive(SessionId session, protocol::Hello&, Time now) {
    nonsense(session, now);
}

void Node::State::receive(SessionId session, protocol::PieceRequest&, Time now) {
    nonsense(session, now);
}

void Node::State::receive(SessionId session, protocol::PieceHeader&, Time now) {
    nonsense(session, now);
}

void Node::State::nonsense(SessionId session, Time now) {
    log.warning("ended a session for a message that made no sense");
    cluster.drop(session, protocol::Goodbye::Reason::protocol, now);
}

}  // namespace iwant::node
