#include <algorithm>
#include <string>

#include "sim/world.h"

// What goes wrong in a world, and what its users do meanwhile.

namespace iwant::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
enum Fault : unsigned {
    crash,
    power_off,
    pause,
    part,
    unpart,
    break_session,
    leave,
    hit_leader,
    count
};
}

// Each seed has its own mixture of faults (Groce et al., "Swarm testing", ISSTA 2012).
void World::one_fault() {
    const auto fault = static_cast<unsigned>(prng_.below(std::uint64_t{Fault::count}));
    Host& host = hosts_[prng_.below(hosts_.size())];
    if ((faults_ >> fault & 1) == 0) return;
    switch (fault) {
        case Fault::pause:
            pause_for_a_while(host);
            break;
        case Fault::part:
            partition();
            break;
        case Fault::unpart:
            tell("-- partitions end");
            for (const Host& each : hosts_) network_.set_group(each.number(), 0);
            break;
        case Fault::break_session:
            network_.break_one(prng_.next());
            break;
        case Fault::hit_leader:
            if (const auto leader = oracle_->leader()) bring_down(hosts_[*leader]);
            break;
        default:
            bring_down(host);
            break;
    }
}

void World::bring_down(Host& host) {
    if (!host.running()) return;
    const std::uint64_t how = prng_.below(std::uint64_t{3});
    const std::string name = "host" + std::to_string(host.number());
    if (how == 0) {
        tell("-- " + name + " stops");
        host.stop_politely();
    } else {
        tell("-- " + name + (how == 1 ? " crashes" : " loses power"));
        host.end(how == 1 ? Condition::stopped : Condition::off);
    }
    timeline_.after(milliseconds(200) + prng_.below(Duration(seconds(15))), [this, &host, name] {
        if (host.condition() != Condition::stopped && host.condition() != Condition::off) return;
        tell("-- " + name + " starts again");
        host.start();
    });
}

void World::pause_for_a_while(Host& host) {
    if (!host.running()) return;
    const bool longer = prng_.chance(1, 3);
    const Duration most = longer ? Duration(seconds(20)) : Duration(seconds(2));
    const Duration length = milliseconds(100) + prng_.below(most);
    tell("-- host" + std::to_string(host.number()) + " pauses");
    host.pause();
    const std::uint64_t instance = host.instance();
    timeline_.after(length, [this, &host, instance] {
        if (host.instance() != instance || host.condition() != Condition::paused) return;
        tell("-- host" + std::to_string(host.number()) + " goes on");
        host.resume();
    });
}

void World::partition() {
    const std::uint64_t sides = 2 + prng_.below(std::uint64_t{2});
    tell("-- partition into " + std::to_string(sides));
    for (const Host& host : hosts_) {
        network_.set_group(host.number(), next_group_ + static_cast<unsigned>(prng_.below(sides)));
    }
    next_group_ += static_cast<unsigned>(sides);
}

// A user does something.
void World::one_deed() {
    const HostNumber host = prng_.below(hosts_.size());
    if (!hosts_[host].running()) return;
    switch (prng_.below(std::uint64_t{4})) {
        case 0:
            hosts_[host].change_catalog();
            break;
        case 1:
            download_something();
            break;
        default:
            ask(host, prng_.below(hosts_.size()));
            break;
    }
}

void World::ask(HostNumber host, HostNumber owner) {
    const node::Ticket ticket{next_ticket_++};
    Query query;
    query.owner = hosts_[owner].peer();
    query.limit = 200;
    oracle_->asked(ticket, host, owner);
    tell("host" + std::to_string(host) + ": search " + std::to_string(ticket.value) +
         " for the files of host" + std::to_string(owner));
    hosts_[host].search(query, ticket);
}

void World::download_something() {
    const Item& item = library_.items()[prng_.below(library_.items().size())];
    Host& client = hosts_[prng_.below(hosts_.size())];
    if (!client.running() || client.shares(item.content)) return;
    for (const Host& host : hosts_) {
        const auto entry = host.entry_of(item.content);
        if (!entry || host.liar) continue;
        tell("host" + std::to_string(client.number()) + ": download from host" +
             std::to_string(host.number()));
        client.download(item, host.peer(), *entry);
        return;
    }
}

}  // namespace iwant::sim
