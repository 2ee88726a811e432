#pragma once

// A rate limit that several flows share fairly: a token bucket whose next grant goes to the flow
// that has had least (start-time fair queueing: Goyal, Vin, Cheng, 1996). A flow is a peer that
// fetches from us or a download of ours, however many streams it has, so that nobody gets more by
// opening more of them.

#include <cstdint>
#include <map>
#include <optional>
#include <variant>

#include "base/ids.h"
#include "base/time.h"

namespace iwant::swarm {

class FairRate {
  public:
    using Ticket = std::uint64_t;
    using Flow = std::variant<PeerId, DownloadId>;
    /// What may go at once after a pause, in time at the full rate.
    static constexpr Duration kBurst = std::chrono::milliseconds(100);
    static constexpr std::size_t kFlowsRememberedMax = 1024;

    /// Bytes per second, above 0; nothing: no limit.
    void set_rate(std::optional<std::uint64_t> rate, Time now);
    std::optional<std::uint64_t> rate() const { return rate_; }

    /// Queues a wish of a flow to move so many bytes.
    Ticket ask(const Flow& flow, std::uint64_t bytes);
    /// Whether it may go now; when it may, it is no longer queued.
    bool take(Ticket ticket, Time now);
    void withdraw(Ticket ticket);
    /// When the next one may go, and which that is; nothing when none is queued.
    struct Turn {
        Ticket ticket = 0;
        Time at{};
    };
    std::optional<Turn> next(Time now);

  private:
    struct Wish {
        std::uint64_t bytes = 0;
        std::uint64_t start = 0;
    };

    void refill(Time now);
    std::map<Ticket, Wish>::const_iterator first() const;

    std::optional<std::uint64_t> rate_;
    Duration credit_{};  ///< time at the rate that was not used; negative: used in advance
    Time filled_{};
    Ticket last_ticket_ = 0;
    std::uint64_t virtual_time_ = 0;        ///< in bytes of each flow
    std::map<Flow, std::uint64_t> finish_;  ///< of each flow's last wish
    std::map<Ticket, Wish> wishes_;
};

}  // namespace iwant::swarm
