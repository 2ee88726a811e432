#include "core/node/swarm_bridge.h"

#include <utility>

#include "core/protocol/limits.h"

namespace iwant::node {

using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Duration kSessionWithin = seconds(3);
constexpr Duration kAnswerWithin = seconds(10);
constexpr Duration kHashWithin = minutes(10);
constexpr std::size_t kWaitingMax = 1024;

PeerId peer_of(const SwarmBridge::Ask& ask) {
    if (const auto* hash = std::get_if<swarm::AskHash>(&ask)) return hash->source.peer;
    if (const auto* tree = std::get_if<swarm::AskTree>(&ask)) return tree->peer;
    if (const auto* pieces = std::get_if<swarm::AskPieces>(&ask)) return pieces->peer;
    return std::get<swarm::AskPieceList>(ask).peer;
}

Requests::Purpose to_purpose(const SwarmBridge::Ask& ask) {
    return std::visit([](const auto& one) { return Requests::Purpose(one); }, ask);
}

}  // namespace

ErrorCode meaning_of(protocol::RefusalCode code) {
    using protocol::RefusalCode;
    switch (code) {
        case RefusalCode::not_shared:
            return ErrorCode::not_found;
        case RefusalCode::changed:
            return ErrorCode::changed;
        case RefusalCode::range:
            return ErrorCode::invalid_argument;
        case RefusalCode::busy:
        case RefusalCode::not_yet:
            return ErrorCode::busy;
        case RefusalCode::failed:
            return ErrorCode::io;
        case RefusalCode::protocol:
            return ErrorCode::protocol;
    }
    return ErrorCode::protocol;
}

void drop_source(swarm::Event& event, const PeerId& self) {
    const auto drop = [&](std::vector<swarm::Source>& sources) {
        std::erase_if(sources, [&](const auto& source) { return source.peer == self; });
    };
    if (auto* asked = std::get_if<swarm::DownloadAsked>(&event)) drop(asked->target.sources);
    if (auto* restored = std::get_if<swarm::DownloadRestored>(&event))
        drop(restored->record.target.sources);
    if (auto* found = std::get_if<swarm::SourcesFound>(&event)) drop(found->sources);
}

void SwarmBridge::ask(Ask ask, Time now) {
    const PeerId peer = peer_of(ask);
    if (peer == cluster_.self().peer) {
        failed(to_purpose(ask), {ErrorCode::not_found, "ask ourselves", "we do not have it"});
        return;
    }
    if (const auto session = cluster_.session_to(peer)) {
        send(ask, *session, now);
        return;
    }
    if (waiting_.size() >= kWaitingMax) {
        failed(to_purpose(ask),
               {ErrorCode::busy, "ask " + peer.brief(), "too many questions wait"});
        return;
    }
    waiting_.push_back({std::move(ask), peer, now + kSessionWithin});
    cluster_.need(peer, now);
}

void SwarmBridge::send(const Ask& ask, SessionId session, Time now) {
    const bool hash = std::holds_alternative<swarm::AskHash>(ask);
    const auto request =
        requests_.add(session, to_purpose(ask), now + (hash ? kHashWithin : kAnswerWithin));
    if (!request) {
        failed(to_purpose(ask), {ErrorCode::busy, "ask " + peer_of(ask).brief(),
                                 "too many questions are under way"});
        return;
    }
    if (const auto* one = std::get_if<swarm::AskHash>(&ask)) {
        actions_.push_back(Send{session, protocol::HashRequest{*request, one->source.entry}});
    } else if (const auto* tree = std::get_if<swarm::AskTree>(&ask)) {
        actions_.push_back(Send{session, protocol::TreeRequest{*request, tree->tree, tree->first}});
    } else if (const auto* pieces = std::get_if<swarm::AskPieces>(&ask)) {
        actions_.push_back(Send{session, protocol::HaveRequest{*request, pieces->content}});
    } else {
        const auto& list = std::get<swarm::AskPieceList>(ask);
        actions_.push_back(
            Send{session, protocol::PieceListRequest{*request, list.file, list.first}});
    }
}

bool SwarmBridge::received(const Requests::Purpose& asked, protocol::HashReply reply) {
    const auto* ask = std::get_if<swarm::AskHash>(&asked);
    if (ask == nullptr) return false;
    events_.push_back(
        swarm::HashAnswered{ask->id, ask->source.peer, reply.content, reply.size_bytes});
    return true;
}

bool SwarmBridge::received(const Requests::Purpose& asked, protocol::TreeReply reply) {
    const auto* ask = std::get_if<swarm::AskTree>(&asked);
    if (ask == nullptr || reply.first != ask->first) return false;
    swarm::TreePart part{reply.first, reply.total, std::move(reply.entries)};
    events_.push_back(swarm::TreeAnswered{ask->id, ask->peer, ask->tree, std::move(part)});
    return true;
}

bool SwarmBridge::received(const Requests::Purpose& asked, protocol::PieceListReply reply) {
    const auto* ask = std::get_if<swarm::AskPieceList>(&asked);
    if (ask == nullptr || reply.first != ask->first) return false;
    swarm::PieceListPart part{reply.size_bytes, reply.first, std::move(reply.hashes)};
    events_.push_back(swarm::PieceListAnswered{ask->id, ask->peer, ask->file, std::move(part)});
    return true;
}

bool SwarmBridge::received(const Requests::Purpose& asked, protocol::HaveReply reply) {
    const auto* ask = std::get_if<swarm::AskPieces>(&asked);
    if (ask == nullptr) return false;
    swarm::PiecesTold::Report report{reply.complete, reply.pieces, std::move(reply.bitmap)};
    events_.push_back(swarm::PiecesTold{ask->id, ask->peer, std::move(report)});
    return true;
}

void SwarmBridge::failed(const Requests::Purpose& asked, const Error& error) {
    if (const auto* hash = std::get_if<swarm::AskHash>(&asked)) {
        events_.push_back(
            swarm::HashAnswered{hash->id, hash->source.peer, std::unexpected(error), 0});
    } else if (const auto* tree = std::get_if<swarm::AskTree>(&asked)) {
        events_.push_back(
            swarm::TreeAnswered{tree->id, tree->peer, tree->tree, std::unexpected(error)});
    } else if (const auto* list = std::get_if<swarm::AskPieceList>(&asked)) {
        events_.push_back(
            swarm::PieceListAnswered{list->id, list->peer, list->file, std::unexpected(error)});
    } else if (const auto* pieces = std::get_if<swarm::AskPieces>(&asked)) {
        events_.push_back(swarm::PiecesTold{pieces->id, pieces->peer, std::unexpected(error)});
    }
}

void SwarmBridge::peer_online(const PeerId& peer, Time now) {
    const auto session = cluster_.session_to(peer);
    if (!session) return;
    std::vector<Waiting> still;
    for (auto& waiting : std::exchange(waiting_, {})) {
        if (waiting.peer == peer) {
            send(waiting.ask, *session, now);
        } else {
            still.push_back(std::move(waiting));
        }
    }
    waiting_ = std::move(still);
}

void SwarmBridge::advance(Time now) {
    std::vector<Waiting> still;
    for (auto& waiting : std::exchange(waiting_, {})) {
        if (waiting.until > now) {
            still.push_back(std::move(waiting));
            continue;
        }
        failed(to_purpose(waiting.ask),
               {ErrorCode::network, "connect to " + waiting.peer.brief(), "it cannot be reached"});
    }
    waiting_ = std::move(still);
}

std::optional<Time> SwarmBridge::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& waiting : waiting_) {
        if (!earliest || waiting.until < *earliest) earliest = waiting.until;
    }
    return earliest;
}

std::vector<Action> SwarmBridge::take_actions() {
    return std::exchange(actions_, {});
}

std::vector<swarm::Event> SwarmBridge::take_events() {
    return std::exchange(events_, {});
}

}  // namespace iwant::node
