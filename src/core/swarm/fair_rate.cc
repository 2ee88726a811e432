#include "core/swarm/fair_rate.h"

#include <algorithm>

#include "base/assert.h"

namespace iwant::swarm {
namespace {

Duration time_for(std::uint64_t bytes, std::uint64_t rate) {
    const double seconds = static_cast<double>(bytes) / static_cast<double>(rate);
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

void FairRate::set_rate(std::optional<std::uint64_t> rate, Time now) {
    ASSERT(!rate || *rate > 0);
    if (rate == rate_) return;
    rate_ = rate;
    credit_ = Duration{};
    filled_ = now;
}

FairRate::Ticket FairRate::ask(const Flow& flow, std::uint64_t bytes) {
    if (finish_.size() >= kFlowsRememberedMax) {
        std::erase_if(finish_, [this](const auto& one) { return one.second <= virtual_time_; });
    }
    std::uint64_t& finish = finish_[flow];
    const std::uint64_t start = std::max(virtual_time_, finish);
    finish = start + bytes;
    wishes_.emplace(++last_ticket_, Wish{bytes, start});
    return last_ticket_;
}

bool FairRate::take(Ticket ticket, Time now) {
    const auto wish = wishes_.find(ticket);
    ASSERT(wish != wishes_.end());
    refill(now);
    if (rate_) {
        if (wish != first() || credit_ < Duration{}) return false;
        credit_ -= time_for(wish->second.bytes, *rate_);
    }
    virtual_time_ = std::max(virtual_time_, wish->second.start);
    wishes_.erase(wish);
    return true;
}

void FairRate::withdraw(Ticket ticket) {
    wishes_.erase(ticket);
}

std::optional<FairRate::Turn> FairRate::next(Time now) {
    if (wishes_.empty()) return std::nullopt;
    refill(now);
    return Turn{first()->first, rate_ && credit_ < Duration{} ? now - credit_ : now};
}

void FairRate::refill(Time now) {
    credit_ = std::min(credit_ + (now - filled_), kBurst);
    filled_ = now;
}

// Of equals the one that asked first.
std::map<FairRate::Ticket, FairRate::Wish>::const_iterator FairRate::first() const {
    return std::ranges::min_element(wishes_, {},
                                    [](const auto& wish) { return wish.second.start; });
}

}  // namespace iwant::swarm
