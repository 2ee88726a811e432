#include "sim/links.h"

#include <algorithm>

#include "base/prng.h"

namespace iwant::sim {

namespace {
constexpr std::size_t kPairsKept = 64;  // hosts whose ways are remembered one by one
constexpr std::uint8_t kBothSides = 255;

bool matches(HostNumber meant, HostNumber host) {
    return meant == kEverybody || meant == host;
}

bool of_this_way(const Fault& fault, HostNumber from, HostNumber to) {
    return matches(fault.host, from) && matches(fault.other, to);
}

// Halves are as even as can be; the other partitions are by lot.
std::vector<std::uint8_t> draw_sides(const Fault& fault, std::size_t hosts) {
    Prng prng(fault.choice);
    std::vector<std::uint8_t> sides(hosts);
    const std::uint64_t count = fault.kind == FaultKind::three_way ? 3 : 2;
    for (auto& side : sides) side = static_cast<std::uint8_t>(prng.below(count));
    if (fault.kind == FaultKind::halves || fault.kind == FaultKind::bridge) {
        for (std::size_t i = 0; i < hosts; ++i) sides[i] = i % 2;
        for (std::size_t i = hosts; i > 1; --i) std::swap(sides[i - 1], sides[prng.below(i)]);
    }
    if (fault.kind == FaultKind::split) {
        for (std::size_t i = 0; i < hosts; ++i) sides[i] = fault.choice >> i % 64 & 1;
    }
    if (fault.kind == FaultKind::bridge && fault.host < hosts) sides[fault.host] = kBothSides;
    return sides;
}
}  // namespace

Links::Links(const Timeline& timeline, std::size_t hosts) : timeline_(timeline), hosts_(hosts) {
    if (hosts <= kPairsKept) changed_.resize(hosts * hosts);
}

Links::FaultId Links::begin(const Fault& fault) {
    InForce wrong{next_++, fault, {}};
    switch (fault.kind) {
        case FaultKind::halves:
        case FaultKind::uniform:
        case FaultKind::three_way:
        case FaultKind::bridge:
        case FaultKind::split:
        case FaultKind::multicast_death:
            wrong.sides = draw_sides(fault, hosts_);
            break;
        default:
            break;
    }
    mark_changed(wrong);
    wrong_.push_back(std::move(wrong));
    return wrong_.back().id;
}

void Links::end(FaultId id) {
    const auto found = std::ranges::find(wrong_, id, &InForce::id);
    if (found == wrong_.end()) return;
    mark_changed(*found);
    wrong_.erase(found);
}

void Links::end_all() {
    for (const InForce& wrong : wrong_) mark_changed(wrong);
    wrong_.clear();
}

void Links::mark_changed(const InForce& wrong) {
    for (HostNumber from = 0; from < hosts_ && !changed_.empty(); ++from) {
        for (HostNumber to = 0; to < hosts_; ++to) {
            if (!closes(wrong, from, to)) continue;
            changed_[from * hosts_ + to] = changed_[to * hosts_ + from] = timeline_.now();
        }
    }
    any_changed_ = timeline_.now();
}

Time Links::changed(HostNumber a, HostNumber b) const {
    return changed_.empty() ? any_changed_ : changed_[a * hosts_ + b];
}

bool Links::closes(const InForce& wrong, HostNumber from, HostNumber to) const {
    const Fault& fault = wrong.fault;
    switch (fault.kind) {
        case FaultKind::clog:
        case FaultKind::block:
            return of_this_way(fault, from, to);
        case FaultKind::halves:
        case FaultKind::uniform:
        case FaultKind::three_way:
        case FaultKind::bridge:
        case FaultKind::split: {
            const std::uint8_t a = wrong.sides[from];
            const std::uint8_t b = wrong.sides[to];
            return a != b && a != kBothSides && b != kBothSides;
        }
        case FaultKind::ring: {
            const HostNumber apart = from < to ? to - from : from - to;
            return apart != 1 && apart != hosts_ - 1;
        }
        case FaultKind::isolate:
        case FaultKind::swizzle:
        case FaultKind::suspend:
            return fault.host == from || fault.host == to;
        default:
            return false;
    }
}

bool Links::open(HostNumber from, HostNumber to) const {
    return std::ranges::none_of(wrong_,
                                [&](const InForce& wrong) { return closes(wrong, from, to); });
}

bool Links::open_for_datagrams(HostNumber from, HostNumber to) const {
    return std::ranges::none_of(wrong_, [&](const InForce& wrong) {
        if (wrong.fault.kind == FaultKind::multicast_death)
            return wrong.sides[from] != wrong.sides[to];
        return closes(wrong, from, to);
    });
}

Quality Links::quality(HostNumber from, HostNumber to) const {
    Quality quality = base_;
    for (const InForce& wrong : wrong_) {
        const Fault& fault = wrong.fault;
        if (fault.kind < FaultKind::loss || fault.kind > FaultKind::delay) continue;
        if (!of_this_way(fault, from, to)) continue;
        const auto amount = static_cast<std::uint64_t>(fault.amount);
        if (fault.kind == FaultKind::loss) {
            quality.loss_percent = std::max(quality.loss_percent, amount);
        } else if (fault.kind == FaultKind::duplication) {
            quality.duplicate_percent = std::max(quality.duplicate_percent, amount);
        } else if (fault.kind == FaultKind::stream_loss) {
            quality.stream_loss_percent = std::max(quality.stream_loss_percent, amount);
        } else {
            quality.delay_mean =
                std::max(quality.delay_mean, Duration(std::chrono::microseconds(amount)));
        }
    }
    return quality;
}

}  // namespace iwant::sim
