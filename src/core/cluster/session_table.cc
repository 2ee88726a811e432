#include "core/cluster/session_table.h"

#include <algorithm>

#include "core/protocol/limits.h"

namespace iwant::cluster {

using std::chrono::seconds;

namespace {
constexpr Duration kSimultaneous = seconds(5);
// Both ends hear each other at the same time: one of them asks, the other has nothing left to ask.
constexpr Duration kOtherPingsFirst = seconds(1);
}  // namespace

std::optional<SessionId> SessionTable::open(const SessionOpened& opened, Time now) {
    std::optional<SessionId> loser;
    if (const Session* old = of(opened.peer)) {
        if (keeps(*old, opened, now)) return opened.session;
        loser = old->id;
        close(old->id);
    }
    Session session;
    session.id = opened.session;
    session.peer = opened.peer;
    session.direction = opened.direction;
    session.instance = opened.hello.instance;
    session.key = opened.key;
    session.catalog = opened.hello.catalog;
    session.opened = session.heard = session.pinged = now;
    session.began = now - opened.took;
    if (opened.direction == Direction::accepted) session.ping += kOtherPingsFirst;
    sessions_[opened.session] = session;
    by_peer_[opened.peer] = opened.session;
    return loser;
}

// Two dials at the same time: the one by the smaller id stays, which both sides can tell. Otherwise
// the new one stays: nobody dials a peer that it has a session with, so the old one is dead at the
// other end.
bool SessionTable::keeps(const Session& old, const SessionOpened& incoming, Time now) const {
    if (old.instance != incoming.hello.instance) return false;
    if (now - old.opened >= kSimultaneous) return false;
    if (old.direction == incoming.direction) return false;
    const bool we_are_smaller = self_ < incoming.peer;
    return we_are_smaller == (old.direction == Direction::dialled);
}

void SessionTable::close(SessionId session) {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    const auto primary = by_peer_.find(found->second.peer);
    if (primary != by_peer_.end() && primary->second == session) by_peer_.erase(primary);
    sessions_.erase(found);
}

Session* SessionTable::find(SessionId session) {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? nullptr : &found->second;
}

const Session* SessionTable::find(SessionId session) const {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? nullptr : &found->second;
}

Session* SessionTable::of(const PeerId& peer) {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : find(found->second);
}

const Session* SessionTable::of(const PeerId& peer) const {
    const auto found = by_peer_.find(peer);
    return found == by_peer_.end() ? nullptr : find(found->second);
}

std::size_t SessionTable::live_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(sessions_, [](const auto& entry) {
        return !entry.second.silent && !entry.second.stopping;
    }));
}

bool SessionTable::is_live(const PeerId& peer) const {
    const Session* session = of(peer);
    return session != nullptr && !session->silent && !session->stopping;
}

std::optional<Time> SessionTable::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [id, session] : sessions_) {
        const Time ping = std::max(session.heard, session.pinged) + session.ping;
        const Time due = std::min(ping, session.heard + session.end);
        if (!earliest || due < *earliest) earliest = due;
    }
    return earliest;
}

void SessionTable::excuse_silence(Time now) {
    for (auto& [id, session] : sessions_) session.heard = now;
}

}  // namespace iwant::cluster
