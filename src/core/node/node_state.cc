#include "core/node/node_state.h"

#include "core/protocol/limits.h"

namespace iwant::node {

Node::State::State(Self self, const Signatory& signatory, Options options, Prng prng,
                   Logger& logger, Time now)
    : log(logger),
      cluster({self.peer, self.instance, std::move(self.name), std::move(self.program_version)},
              signatory, prng.split(), logger, now),
      downloads(options.swarm, prng.split(), logger),
      teller(cluster, downloads, book,
             options.give_downloads ? HoldingsTeller::Giving::yes : HoldingsTeller::Giving::no),
      have(downloads, options.give_downloads ? HaveServer::Giving::yes : HaveServer::Giving::no),
      audit(cluster, index, requests, prng.split()),
      search(cluster, index, book, requests, audit),
      server(cluster, index, book),
      bridge(cluster, requests),
      index_entries_max(options.index_entries_max),
      index_bytes_max(options.index_bytes_max) {
    // Strangers choose the names in the index, so its hash tables have a key of their own.
    index = search::Index(prng.next());
}

bool Node::State::advance(Time now) {
    cluster.advance(now);
    if (!due || now < *due) return false;
    for (const auto& purpose : requests.expire(now)) {
        unanswered(purpose, {ErrorCode::timeout, "ask a peer", "it did not answer in time"}, now);
    }
    audit.advance(now);
    search.advance(now);
    bridge.advance(now);
    have.advance(now);
    const auto tick = downloads.next_deadline();
    if (tick && *tick <= now) downloads.tick(now);
    return true;
}

void Node::State::plan_next() {
    due.reset();
    for (const auto& time :
         {cluster.next_deadline(), downloads.next_deadline(), requests.next_deadline(),
          search.next_deadline(), audit.next_deadline(), bridge.next_deadline(),
          have.next_deadline(), teller.next_deadline()}) {
        if (time && (!due || *time < *due)) due = time;
    }
}

void Node::State::pump(Time now) {
    for (bool moved = true; moved;) {
        moved = false;
        for (auto& action : cluster.take_actions()) {
            std::visit([&](auto& one) { carry_out(one, now); }, action);
            moved = true;
        }
        for (auto& action : search.take_actions()) actions.push_back(std::move(action));
        for (auto& action : server.take_actions()) actions.push_back(std::move(action));
        for (auto& action : audit.take_actions()) actions.push_back(std::move(action));
        for (auto& action : bridge.take_actions()) actions.push_back(std::move(action));
        for (auto& action : have.take_actions()) actions.push_back(std::move(action));
        for (auto& event : have.take_events()) {
            downloads.handle(std::move(event), now);
            moved = true;
        }
        for (auto& found : search.take_found()) {
            downloads.handle(std::move(found), now);
            moved = true;
        }
        for (auto& event : bridge.take_events()) {
            downloads.handle(std::move(event), now);
            moved = true;
        }
        for (auto& action : downloads.take_actions()) {
            std::visit([&](auto& one) { carry_out(one, now); }, action);
            moved = true;
        }
    }
    teller.advance(now);
    for (auto& action : teller.take_actions()) actions.push_back(std::move(action));
}

void Node::State::on(MessageReceived& event, Time now) {
    if (!cluster.peer_of(event.session)) return;  // closed by us a moment ago
    cluster.handle(event, now);
    pump(now);
    if (!cluster.peer_of(event.session)) return;
    std::visit([&](auto& message) { receive(event.session, message, now); }, event.message);
}

void Node::State::on(const CatalogAdvanced& event, Time now) {
    const PeerId self = cluster.self().peer;
    if (catalog_id && *catalog_id != event.delta.catalog_id) index.remove_owner(self);
    catalog_id = event.delta.catalog_id;
    put(self, event.delta.changes);
    cluster.handle(event, now);
}

void Node::State::on(SwarmEvent& event, Time now) {
    drop_source(event, cluster.self().peer);
    downloads.handle(std::move(event), now);
}

void Node::State::put(const PeerId& owner, const std::vector<EntryChange>& changes) {
    if (changes.empty()) return;
    if (room_for(owner, changes.size()) == Room::any) return index.apply(owner, changes);
    for (const EntryChange& change : changes) {
        const EntryId entry = change.entry.id;
        const bool removed = change.what == EntryChange::What::removed;
        const Room room = removed ? Room::none : room_for(owner, 1);
        const bool fits = room == Room::any ||
                          (room == Room::for_changes && index.entry(owner, entry).has_value());
        if (fits) {
            index.put(owner, change.entry);
        } else {
            index.remove(owner, entry);
            if (!removed) cluster.cut_short(owner);
        }
    }
}

// What is there may change in an index that has as many entries as it may, and comes in place of
// what was there before. Of too many bytes it is rid by every change.
Node::State::Room Node::State::room_for(const PeerId& owner, std::size_t entries) const {
    if (index.arena_bytes() + (entries - 1) * kEntryBytesMax >= index_bytes_max) return Room::none;
    const bool full = index.entry_count(owner) + entries > protocol::kEntriesPerOwnerMax ||
                      index.entry_count() + entries > index_entries_max;
    return full ? Room::for_changes : Room::any;
}

void Node::State::carry_out(cluster::IndexChanges& action, Time) {
    put(action.owner, action.changes);
}

void Node::State::carry_out(cluster::IndexForget& action, Time) {
    index.remove_owner(action.owner);
}

void Node::State::carry_out(cluster::PeerOnline& action, Time now) {
    downloads.handle(swarm::PeerArrived{action.peer}, now);
    bridge.peer_online(action.peer, now);
}

void Node::State::carry_out(cluster::PeerOffline& action, Time now) {
    book.forget(action.peer);
    downloads.handle(swarm::PeerLeft{action.peer}, now);
}

void Node::State::carry_out(cluster::SessionGone& action, Time now) {
    have.session_gone(action.session);
    for (const auto& purpose : requests.session_gone(action.session)) {
        unanswered(purpose, {ErrorCode::network, "ask a peer", "the connection ended"}, now);
    }
}

void Node::State::carry_out(cluster::LeaderChanged&, Time now) {
    search.leader_changed(now);
}

}  // namespace iwant::node
