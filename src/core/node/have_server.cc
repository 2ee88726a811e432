#include "core/node/have_server.h"

#include <utility>

#include "core/protocol/limits.h"

namespace iwant::node {

using protocol::RefusalCode;

void HaveServer::serve(SessionId session, const PeerId& peer, const protocol::HaveRequest& request,
                       Time now) {
    const auto refuse = [&](RefusalCode code) {
        actions_.push_back(Send{session, protocol::Refusal{request.request, code}});
    };
    const auto present = giving_ == Giving::yes ? swarm_.present(request.content) : std::nullopt;
    if (!present) return refuse(RefusalCode::not_shared);
    if (present->complete) {
        actions_.push_back(Send{session, protocol::HaveReply{request.request, true, 0, {}}});
        return;
    }
    const swarm::PieceSet& pieces = *present->pieces;
    if (pieces.size() > protocol::kHavePiecesMax) return refuse(RefusalCode::range);
    const auto known = topics_.find(request.content);
    const bool subscribed = known != topics_.end() && known->second.sessions.contains(session);
    if (!subscribed && subscriptions_ >= protocol::kHaveSubscriptionsMax)
        return refuse(RefusalCode::busy);
    if (topics_.empty()) next_ = now + kPause;
    Topic& topic = topics_.try_emplace(request.content, Topic{pieces, {}}).first->second;
    if (topic.sessions.insert(session).second) ++subscriptions_;
    actions_.push_back(Send{session, protocol::HaveReply{request.request, false,
                                                         static_cast<std::uint32_t>(pieces.size()),
                                                         pieces.to_bytes()}});
    events_.push_back(swarm::HolderMet{request.content, peer});
}

void HaveServer::session_gone(SessionId session) {
    for (auto topic = topics_.begin(); topic != topics_.end();) {
        subscriptions_ -= topic->second.sessions.erase(session);
        topic = topic->second.sessions.empty() ? topics_.erase(topic) : std::next(topic);
    }
}

void HaveServer::advance(Time now) {
    if (topics_.empty() || now < next_) return;
    next_ = now + kPause;
    for (auto topic = topics_.begin(); topic != topics_.end();) {
        if (tell_news(topic->first, topic->second)) {
            ++topic;
            continue;
        }
        subscriptions_ -= topic->second.sessions.size();
        topic = topics_.erase(topic);
    }
}

// False: there will be no more.
bool HaveServer::tell_news(const Hash256& content, Topic& topic) {
    const auto present = swarm_.present(content);
    if (!present) return false;
    if (!present->complete && present->pieces->size() != topic.told.size()) return false;
    protocol::Have news{content, {}};
    for (std::uint64_t piece = 0; piece < topic.told.size(); ++piece) {
        if (news.pieces.size() == protocol::kHaveChangesMax) break;
        const bool here = present->complete || present->pieces->contains(piece);
        if (here && topic.told.insert(piece))
            news.pieces.push_back(static_cast<std::uint32_t>(piece));
    }
    if (!news.pieces.empty()) {
        for (const SessionId session : topic.sessions) actions_.push_back(Send{session, news});
    }
    return !topic.told.complete();
}

std::optional<Time> HaveServer::next_deadline() const {
    return topics_.empty() ? std::nullopt : std::optional(next_);
}

std::vector<Action> HaveServer::take_actions() {
    return std::exchange(actions_, {});
}

std::vector<swarm::Event> HaveServer::take_events() {
    return std::exchange(events_, {});
}

}  // namespace iwant::node
