#pragma once

// A rate limit as the threads of bulk streams meet it: each asks before it moves bytes, and is held
// until the share of what it works for allows it. Without a limit asking costs one load.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "core/swarm/fair_rate.h"

namespace iwant::daemon {

class RateGate {
  public:
    static constexpr std::size_t kTurnBytesMin = std::size_t{1} << 10;
    static constexpr std::size_t kTurnBytesMax = std::size_t{128} << 10;

    /// Bytes per second, above 0; nothing: no limit. Holds at once, also for those who wait.
    void set_rate(std::optional<std::uint64_t> rate);
    bool limited() const { return limited_.load(std::memory_order_relaxed); }
    /// How much to ask for at a time under a limit: what moves in a fraction of a second, so that
    /// whoever is at the other end sees that something does.
    std::size_t turn_bytes() const { return turn_bytes_.load(std::memory_order_relaxed); }
    /// Blocks until so many bytes of the flow may move; false when it was stopped.
    bool wait_turn(const swarm::FairRate::Flow& flow, std::uint64_t bytes);
    /// Lets everybody go, now and later.
    void stop();

  private:
    // Many threads wait for their turn; a post to the event thread for each piece would hold all of
    // them up behind whatever it does.
    std::mutex mutex_;
    std::condition_variable changed_;
    swarm::FairRate rate_;
    std::atomic<bool> limited_ = false;
    std::atomic<std::size_t> turn_bytes_ = kTurnBytesMax;
    bool stopped_ = false;
};

}  // namespace iwant::daemon
