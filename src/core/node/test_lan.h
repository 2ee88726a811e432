#pragma once

// Nodes on a perfect network of their own time: every message takes a millisecond. For tests of
// what nodes do together; what goes wrong between them is the simulator's matter.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/test_signatory.h"
#include "core/node/node.h"

namespace iwant::node::test {

inline TestSignatory signatory(std::size_t number) {
    return TestSignatory::numbered(static_cast<std::uint8_t>(number));
}

inline PeerId peer(std::size_t number) {
    return signatory(number).peer();
}

inline PublicKey key(std::size_t number) {
    return signatory(number).public_key();
}

inline protocol::Address address(std::size_t number) {
    return {"192.0.2." + std::to_string(number), 4926};
}

class Lan {
  public:
    using Key = std::pair<std::size_t, SessionId>;

    /// A node that knows nobody yet; peers are numbered from 1.
    void add(std::size_t number) {
        Self self{peer(number), number, "peer" + std::to_string(number), "test"};
        const auto& signs = *signatories.emplace(number, signatory(number)).first;
        nodes[number] = std::make_unique<Node>(std::move(self), signs.second, options, Prng(number),
                                               logger, now);
    }
    /// Adds nodes 1 to `count`, connects them and waits until they have a leader.
    void add_connected(std::size_t count) {
        for (std::size_t i = 1; i <= count; ++i) add(i);
        for (std::size_t i = 1; i <= count; ++i) {
            for (std::size_t other = 1; other < i; ++other) tell(i, AddressGiven{address(other)});
        }
        pass(std::chrono::seconds(6));
    }
    void share(std::size_t number, std::vector<Entry> entries) {
        CatalogDelta delta{number, versions[number], versions[number], false, {}};
        for (auto& entry : entries) {
            const EntryChange change{++delta.up_to, EntryChange::What::present, std::move(entry)};
            delta.changes.push_back(change);
            std::erase_if(catalogs[number],
                          [&](const EntryChange& old) { return old.entry.id == change.entry.id; });
            catalogs[number].push_back(change);
        }
        versions[number] = delta.up_to;
        tell(number, CatalogAdvanced{delta, catalogs[number].size(), 0});
    }
    void tell(std::size_t number, Event event) {
        nodes.at(number)->handle(std::move(event), now);
        for (auto& action : nodes.at(number)->take_actions()) perform(number, action);
    }
    /// Without a word: the sessions of the others break.
    void kill(std::size_t number) {
        nodes.erase(number);
        for (const auto& [end, other] : std::map(links)) {
            if (end.first != number) continue;
            links.erase(end);
            links.erase(other);
            later(other.first, SessionClosed{other.second, "reset"});
        }
    }
    void pass(Duration length) {
        const Time end = now + length;
        for (;;) {
            Time next = planned.empty() ? end : std::min(end, planned.begin()->first);
            for (const auto& [number, node] : nodes)
                next = std::min(next, std::max(now, node->next_deadline().value_or(end)));
            now = next;
            if (now >= end) return;
            if (!planned.empty() && planned.begin()->first <= now) {
                auto due = planned.extract(planned.begin());
                due.mapped()();
                continue;
            }
            for (const auto& [number, node] : nodes) {
                const auto due = node->next_deadline();
                if (due && *due <= now) tell(number, TimePassed{});
            }
        }
    }
    std::size_t leader() const {
        for (const auto& [number, node] : nodes) {
            if (node->leader().self) return number;
        }
        return 0;
    }
    std::size_t follower() const { return leader() == 1 ? 2 : 1; }
    /// All actions of a kind that a node gave, besides those that the network carries out.
    template <class T>
    std::vector<T> seen(std::size_t number) {
        std::vector<T> found;
        for (const auto& action : others[number]) {
            if (const auto* one = std::get_if<T>(&action)) found.push_back(*one);
        }
        return found;
    }

    /// Changes what a node sends, as a liar would.
    std::function<void(std::size_t from, protocol::Message& message)> tamper;
    /// Of nodes added from now on.
    Options options;
    /// Pairs that no connection comes about between, the smaller number first.
    std::set<std::pair<std::size_t, std::size_t>> apart;
    NullLogger logger;
    Time now{};
    std::map<std::size_t, TestSignatory> signatories;
    std::map<std::size_t, std::unique_ptr<Node>> nodes;
    std::map<Key, Key> links;
    std::map<std::size_t, std::vector<Action>> others;
    std::map<std::size_t, std::vector<EntryChange>> catalogs;
    std::map<std::size_t, std::uint64_t> versions;

  private:
    void later(std::size_t number, Event event) {
        planned.emplace(now + std::chrono::milliseconds(1), [this, number, event]() mutable {
            if (nodes.contains(number)) tell(number, std::move(event));
        });
    }
    protocol::Hello hello(std::size_t number) {
        protocol::Hello hello;
        hello.peer = peer(number);
        hello.instance = number;
        hello.name = "peer" + std::to_string(number);
        hello.leader = nodes.at(number)->leader_view();
        hello.catalog = nodes.at(number)->catalog();
        return hello;
    }
    void connect(std::size_t from, const Dial& dial) {
        std::size_t to = 0;
        for (const auto& [number, node] : nodes) {
            if (address(number) == dial.address) to = number;
        }
        const bool cut_off = apart.contains(std::minmax(from, to));
        if (to == 0 || to == from || cut_off) {
            const auto found = to == 0 || cut_off ? std::nullopt : std::optional(peer(from));
            later(from, DialFailed{dial.address, dial.expected, found, {}});
            return;
        }
        const Key a{from, SessionId{next_session++}};
        const Key b{to, SessionId{next_session++}};
        links[a] = b;
        links[b] = a;
        later(from, SessionOpened{a.second, peer(to), address(to), Direction::dialled, hello(to),
                                  key(to)});
        later(to, SessionOpened{b.second, peer(from), address(from), Direction::accepted,
                                hello(from), key(from)});
    }
    void perform(std::size_t number, Action& action) {
        if (const auto* dial = std::get_if<Dial>(&action)) {
            connect(number, *dial);
        } else if (auto* send = std::get_if<Send>(&action)) {
            const auto link = links.find({number, send->session});
            if (link == links.end()) return;
            const Key to = link->second;
            if (tamper) tamper(number, send->message);
            later(to.first, MessageReceived{to.second, send->message});
            others[number].push_back(std::move(action));
        } else if (const auto* end = std::get_if<Disconnect>(&action)) {
            const auto link = links.find({number, end->session});
            if (link == links.end()) return;
            const Key to = link->second;
            links.erase(link);
            links.erase(to);
            later(to.first, MessageReceived{to.second, protocol::Goodbye{end->reason}});
            later(to.first, SessionClosed{to.second, "closed"});
            others[number].push_back(std::move(action));
        } else if (const auto* read = std::get_if<ReadCatalog>(&action)) {
            CatalogDelta delta{number, read->since, versions[number], false, {}};
            for (const auto& change : catalogs[number]) {
                if (change.version > read->since) delta.changes.push_back(change);
            }
            later(number, CatalogRead{read->session, std::move(delta)});
        } else {
            others[number].push_back(std::move(action));
        }
    }

    std::multimap<Time, std::function<void()>> planned;
    std::uint64_t next_session = 1;
};

}  // namespace iwant::node::test
