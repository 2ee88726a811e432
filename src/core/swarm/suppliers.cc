#include "core/swarm/suppliers.h"

#include <algorithm>

#include "base/text.h"

namespace iwant::swarm {

void Suppliers::blame(const PeerId& peer, const Error& error, const Hash256& content, Time now) {
    Supplier* supplier = find(peer);
    if (supplier == nullptr) return;
    switch (error.code) {
        case ErrorCode::cancelled:
            return;
        case ErrorCode::corrupt:
        case ErrorCode::protocol:
            supplier->lied_about(content);
            if (error.code == ErrorCode::protocol) supplier->drop();
            if (bans_->strike(peer, content, now)) {
                logger_->warning(
                    "nothing is fetched for an hour from a peer that goes on sending "
                    "wrong data peer=" +
                    peer.brief());
            }
            logger_->warning("dropping a source that sent wrong data peer=" + peer.brief() +
                             " content=" + content.hex().substr(0, 8) +
                             " error=" + escape_for_display(error.message));
            return;
        case ErrorCode::not_found:
        case ErrorCode::changed:
            supplier->exclude(content);
            return;
        case ErrorCode::busy:
            supplier->busy(now, prng_);
            return;
        default:
            supplier->failed(now, prng_);
            logger_->debug("source set aside peer=" + peer.brief() +
                           " error=" + escape_for_display(error.message));
    }
}

void Suppliers::queued_at(const PeerId& peer, std::uint32_t place, Time now) {
    if (Supplier* supplier = find(peer)) supplier->queued_at(place, now, prng_);
}

std::optional<PeerId> Suppliers::to_ask(const Hash256& content, Time now) {
    const std::pair<const PeerId, Supplier>* best = nullptr;
    std::uint64_t equals = 0;
    for (const auto& candidate : map_) {
        const Supplier& supplier = candidate.second;
        if (!supplier.usable(now) || supplier.excludes(content)) continue;
        if (supplier.asks >= (supplier.on_trial() ? 1 : kAsksPerSupplierMax)) continue;
        const bool better = best == nullptr || supplier.asks < best->second.asks;
        if (better) equals = 0;
        if (better || (supplier.asks == best->second.asks && prng_.below(++equals + 1) == 0)) {
            best = &candidate;
        }
    }
    if (best == nullptr) return std::nullopt;
    return best->first;
}

bool Suppliers::add(std::span<const Source> sources) {
    for (const Source& source : sources) {
        if (Supplier* known = find(source.peer)) {
            known->set_entry(source.entry);
            known->set_partial(source.partial());
            known->found_again();
        } else if (map_.size() < kSuppliersMax) {
            Supplier& added = map_.emplace(source.peer, Supplier(source.entry)).first->second;
            if (const auto until = bans_->until(source.peer)) added.ban(*until);
        }
    }
    return !sources.empty();
}

void Suppliers::try_absent() {
    for (auto& [peer, supplier] : map_) supplier.try_again();
}

Supplier* Suppliers::find(const PeerId& peer) {
    const auto found = map_.find(peer);
    return found == map_.end() ? nullptr : &found->second;
}

std::optional<Time> Suppliers::next_return(Time now) const {
    std::optional<Time> next;
    for (const auto& [peer, supplier] : map_) {
        const auto time = supplier.usable_again(now);
        if (time && (!next || *time < *next)) next = time;
    }
    return next;
}

bool Suppliers::working() const {
    return std::ranges::any_of(map_, [](const auto& entry) {
        const Supplier& supplier = entry.second;
        return !supplier.on_trial() && (supplier.asks > 0 || !supplier.fetches().empty());
    });
}

bool Suppliers::queued(Time now) const {
    const auto waits = [now](const auto& entry) { return entry.second.place(now) > 0; };
    const auto delivers = [now](const auto& entry) { return entry.second.active(now); };
    return std::ranges::any_of(map_, waits) && std::ranges::none_of(map_, delivers);
}

bool Suppliers::idle() const {
    return std::ranges::all_of(map_, [](const auto& entry) {
        return entry.second.asks == 0 && entry.second.fetches().empty();
    });
}

bool Suppliers::all_lied() const {
    return !map_.empty() &&
           std::ranges::all_of(map_, [](const auto& entry) { return entry.second.lied(); });
}

std::string Suppliers::liars() const {
    std::string names;
    for (const auto& [peer, supplier] : map_) {
        if (supplier.lied()) names += (names.empty() ? "" : ", ") + peer.brief();
    }
    return names;
}

std::string Suppliers::liars_text() const {
    const std::string names = liars();
    return names.empty() ? "" : " (" + names + " sent wrong data)";
}

void Suppliers::forgive() {
    for (auto& [peer, supplier] : map_) supplier.forgive();
}

}  // namespace iwant::swarm
