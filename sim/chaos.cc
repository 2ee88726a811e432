#include <algorithm>
#include <string>

#include "sim/world.h"

// Carries out what a plan holds: what goes wrong in a world, and what its users do meanwhile.

namespace iwant::sim {

void World::carry_out(const Fault& fault) {
    const HostNumber number = fault.host == kLeader ? oracle_->leader().value_or(0) : fault.host;
    Host& host = hosts_[number < hosts_.size() ? number : 0];
    ++statistics_.faults[static_cast<std::size_t>(fault.kind)];
    switch (fault.kind) {
        case FaultKind::crash:
        case FaultKind::power_off:
        case FaultKind::stop:
        case FaultKind::churn:
            bring_down(host, fault);
            break;
        case FaultKind::pause:
            pause(host, fault);
            break;
        case FaultKind::halves:
        case FaultKind::uniform:
        case FaultKind::three_way:
        case FaultKind::split:
            partition(fault);
            break;
        case FaultKind::break_session:
            network_.break_one(fault.choice);
            break;
        case FaultKind::search:
            if (host.running()) ask(host.number(), fault.other % hosts_.size());
            break;
        case FaultKind::change:
            if (host.running()) host.change_catalog();
            break;
        case FaultKind::download:
            if (host.running()) download(host, fault.choice);
            break;
        default:
            --statistics_.faults[static_cast<std::size_t>(fault.kind)];
    }
}

void World::bring_down(Host& host, const Fault& fault) {
    if (!host.running()) return;
    const std::string name = "host" + std::to_string(host.number());
    tell("-- " + name + ": " + std::string(to_string(fault.kind)));
    if (fault.kind == FaultKind::stop || fault.kind == FaultKind::churn) {
        host.stop_politely();
    } else {
        host.end(fault.kind == FaultKind::crash ? Condition::stopped : Condition::off);
    }
    timeline_.after(fault.length, [this, &host, name] {
        if (host.condition() != Condition::stopped && host.condition() != Condition::off) return;
        tell("-- " + name + " starts again");
        host.start();
    });
}

void World::pause(Host& host, const Fault& fault) {
    if (!host.running()) return;
    tell("-- host" + std::to_string(host.number()) + " pauses");
    host.pause();
    const std::uint64_t instance = host.instance();
    timeline_.after(fault.length, [this, &host, instance] {
        if (host.instance() != instance || host.condition() != Condition::paused) return;
        tell("-- host" + std::to_string(host.number()) + " goes on");
        host.resume();
    });
}

void World::partition(const Fault& fault) {
    const std::uint64_t sides = fault.kind == FaultKind::three_way ? 3 : 2;
    tell("-- partition into " + std::to_string(sides));
    Prng prng(fault.choice);
    for (const Host& host : hosts_) {
        const std::uint64_t lot = prng.below(sides);
        const bool said = fault.kind == FaultKind::split;
        const std::uint64_t side = said ? fault.choice >> host.number() % 64 & 1 : lot;
        network_.set_group(host.number(), next_group_ + static_cast<unsigned>(side));
    }
    next_group_ += static_cast<unsigned>(sides);
    timeline_.after(fault.length, [this] {
        for (const Host& each : hosts_) network_.set_group(each.number(), 0);
    });
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

void World::download(Host& client, std::uint64_t choice) {
    const Item& item = library_.items()[choice % library_.items().size()];
    if (client.shares(item.content)) return;
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
