#include <algorithm>
#include <string>

#include "sim/world.h"

// The part of World that carries out what a plan holds: what goes wrong, and what users do
// meanwhile.

namespace iwant::sim {

using std::chrono::seconds;

void World::schedule() {
    HostNumber next_clone = plan_.hosts;
    for (const Fault& fault : plan_.faults) {
        if (is_byzantine(fault.kind))
            strangers_.emplace_back(hosts_.size() + strangers_.size(), fault.kind, fault.choice,
                                    timeline_, network_);
    }
    HostNumber next_stranger = hosts_.size();
    for (const Fault& fault : plan_.faults) {
        HostNumber spare = 0;
        if (fault.kind == FaultKind::clone) spare = next_clone++;
        if (is_byzantine(fault.kind)) spare = next_stranger++;
        timeline_.at(Time{} + fault.at, [this, &fault, spare] {
            if (!healed_) carry_out(fault, spare);
        });
    }
}

void World::carry_out(const Fault& fault, HostNumber spare) {
    if (is_deed(fault.kind)) {
        do_deed(fault);
    } else if (is_byzantine(fault.kind)) {
        Stranger& stranger = strangers_[spare - hosts_.size()];
        count(fault.kind);
        tell("-- a stranger comes: " + std::string(to_string(fault.kind)));
        stranger.start();
        undo_later(fault.length, [&stranger] { stranger.end(); });
    } else if (fault.kind <= FaultKind::wrong_data) {
        if (const auto host = whom(fault.host)) hit_host(hosts_[*host], fault, spare);
    } else {
        hit_network(fault);
    }
}

std::optional<HostNumber> World::whom(HostNumber meant) const {
    if (meant == kLeader) return leadership_.leader();
    return meant < plan_.hosts ? std::optional(meant) : std::nullopt;
}

void World::undo_later(Duration length, std::function<void()> undo) {
    const std::size_t place = undo_.size();
    undo_.push_back(std::move(undo));
    timeline_.after(length, [this, place] {
        if (auto due = std::exchange(undo_[place], {})) due();
    });
}

void World::hit_host(Host& host, const Fault& fault, HostNumber spare) {
    if (!host.running() && fault.kind != FaultKind::skew) return;
    count(fault.kind);
    tell("-- " + name_of(host.number()) + ": " + std::string(to_string(fault.kind)));
    const auto amount = static_cast<std::uint64_t>(fault.amount);
    switch (fault.kind) {
        case FaultKind::pause:
        case FaultKind::suspend:
            pause(host, fault);
            break;
        case FaultKind::slow:
            host.set_lag(std::chrono::milliseconds(amount));
            undo_later(fault.length, [&host] { host.set_lag({}); });
            break;
        case FaultKind::clone:
            make_clone(hosts_[fault.host % plan_.hosts], hosts_[spare], fault.length);
            break;
        case FaultKind::skew:
            if (host.instance() == 0) host.set_clock({fault.length, fault.amount});
            break;
        case FaultKind::disk_errors:
        case FaultKind::disk_full:
            host.set_disk_errors(fault.kind == FaultKind::disk_full ? 100 : amount);
            undo_later(fault.length, [&host] { host.set_disk_errors(0); });
            break;
        case FaultKind::wrong_data:
            host.lies(+1);
            undo_later(fault.length, [&host] { host.lies(-1); });
            break;
        default:
            bring_down(host, fault);
    }
}

void World::bring_down(Host& host, const Fault& fault) {
    if (fault.kind == FaultKind::stop || fault.kind == FaultKind::churn) {
        host.stop_politely();
    } else {
        host.end(fault.kind == FaultKind::power_off ? Condition::off : Condition::stopped);
    }
    if (fault.kind == FaultKind::crash_losing) host.lose_disk();
    if (fault.kind == FaultKind::crash_restored) host.restore_old_catalog();
    leadership_.changed();
    undo_later(fault.length, [this, &host] { bring_up(host); });
}

void World::bring_up(Host& host) {
    if (host.condition() != Condition::stopped && host.condition() != Condition::off) return;
    tell("-- " + name_of(host.number()) + " starts again");
    host.start();
    leadership_.changed();
}

void World::pause(Host& host, const Fault& fault) {
    host.pause();
    leadership_.changed();
    std::optional<Links::FaultId> off_the_network;
    if (fault.kind == FaultKind::suspend) {
        Fault here = fault;
        here.host = host.number();
        off_the_network = links_.begin(here);
    }
    const std::uint64_t instance = host.instance();
    undo_later(fault.length, [this, &host, instance, off_the_network] {
        if (off_the_network) links_.end(*off_the_network);
        if (host.instance() != instance || host.condition() != Condition::paused) return;
        tell("-- " + name_of(host.number()) + " goes on");
        host.resume();
        if (off_the_network && host.running()) host.deliver(node::NetworkChanged{});
        leadership_.changed();
    });
}

// A copied machine: the same key and catalogue at another address.
void World::make_clone(Host& original, Host& clone, Duration length) {
    oracle_.cloned(original.number());
    probes_.cloned(original.number());
    clone.copy_disk(original);
    clone.start();
    undo_later(length, [&clone] {
        if (clone.running()) clone.end(Condition::stopped);
    });
}

void World::hit_network(const Fault& fault) {
    Fault here = fault;
    if (fault.host == kLeader) {
        const auto leader = leadership_.leader();
        if (!leader) return;
        here.host = *leader;
    }
    count(fault.kind);
    tell("-- network: " + std::string(to_string(fault.kind)));
    if (fault.kind == FaultKind::break_session) {
        if (here.host < network_.size()) network_.break_one(here.host, here.choice);
        return;
    }
    const Links::FaultId id = links_.begin(here);
    leadership_.changed();
    undo_later(fault.length, [this, id, kind = fault.kind] {
        tell("-- network: no more " + std::string(to_string(kind)));
        links_.end(id);
        leadership_.changed();
    });
}

void World::do_deed(const Fault& fault) {
    const auto number = whom(fault.host);
    if (!number || !hosts_[*number].running()) return;
    Host& host = hosts_[*number];
    count(fault.kind);
    if (fault.kind == FaultKind::change) {
        host.change_catalog(fault.choice);
    } else if (fault.kind == FaultKind::download) {
        download(host, fault.choice);
    } else if (const auto owner = whom(fault.other)) {
        if (options_.tell)
            tell(name_of(*number) + ": search " + std::to_string(probes_.next_ticket()) +
                 " for the files of " + name_of(*owner));
        probes_.ask(*number, *owner);
    }
}

// From somebody who never serves wrong bytes, so that it must end well.
void World::download(Host& client, std::uint64_t choice) {
    const Item& item = library_.items()[choice % library_.items().size()];
    if (client.shares(item.content)) return;
    for (HostNumber number = 0; number < plan_.hosts; ++number) {
        const Host& host = hosts_[number];
        const auto entry = host.entry_of(item.content);
        if (!entry || liars_.contains(number)) continue;
        tell(name_of(client.number()) + ": download from " + name_of(number));
        client.download(item, host.peer(), *entry, host.known(*entry));
        return;
    }
}

}  // namespace iwant::sim
