#include "app/daemon/rate_gate.h"

#include <algorithm>

#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

constexpr std::uint64_t kTurnsPerSecond = 8;

}  // namespace

bool RateGate::wait_turn(const swarm::FairRate::Flow& flow, std::uint64_t bytes) {
    if (!limited()) return true;
    std::unique_lock lock(mutex_);
    const swarm::FairRate::Ticket ticket = rate_.ask(flow, bytes);
    while (!stopped_) {
        const Time now = platform::now();
        if (rate_.take(ticket, now)) {
            changed_.notify_all();
            return true;
        }
        // Only who is next wakes by itself; the others are woken when that one has gone.
        const auto next = rate_.next(now);
        if (next && next->ticket == ticket) {
            changed_.wait_for(lock, next->at - now);
        } else {
            changed_.wait(lock);
        }
    }
    rate_.withdraw(ticket);
    return false;
}

void RateGate::set_rate(std::optional<std::uint64_t> rate) {
    const std::lock_guard lock(mutex_);
    rate_.set_rate(rate, platform::now());
    limited_ = rate.has_value();
    turn_bytes_ =
        std::clamp<std::uint64_t>(rate.value_or(kTurnBytesMax * kTurnsPerSecond) / kTurnsPerSecond,
                                  kTurnBytesMin, kTurnBytesMax);
    changed_.notify_all();
}

void RateGate::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    limited_ = true;  // whoever asks sees that it is over
    changed_.notify_all();
}

}  // namespace iwant::daemon
