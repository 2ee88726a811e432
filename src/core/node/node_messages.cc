#include "core/node/node_state.h"

// What a Node does with the messages that are not the cluster's.

namespace iwant::node {

void Node::State::receive(SessionId session, protocol::SearchRequest& message, Time now) {
    search.serve(session, message, now);
}

void Node::State::receive(SessionId session, protocol::LocateRequest& message, Time now) {
    search.serve(session, message, now);
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
    if (const auto* question = std::get_if<QuestionId>(&*asked)) {
        search.received(*question, session, std::move(reply), now);
    } else {
        bridge.failed(*asked, {ErrorCode::protocol, "ask a peer", "it answered something else"});
        nonsense(session, now);
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

template <class Reply>
void Node::State::swarm_reply(SessionId session, Reply& reply, Time now) {
    const auto asked = requests.take(session, reply.request);
    if (!asked || bridge.received(*asked, std::move(reply))) return;
    if (const auto* question = std::get_if<QuestionId>(&*asked)) {
        search.refused(*question, now);
    } else {
        bridge.failed(*asked, {ErrorCode::protocol, "ask a peer", "it answered something else"});
    }
    nonsense(session, now);
}

void Node::State::receive(SessionId session, protocol::Refusal& message, Time now) {
    const auto asked = requests.take(session, message.request);
    if (!asked) return;
    if (const auto* question = std::get_if<QuestionId>(&*asked)) {
        search.refused(*question, now);
    } else {
        bridge.failed(*asked, {meaning_of(message.code), "ask a peer", "it refused"});
    }
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
