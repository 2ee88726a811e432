#pragma once

// A lean network for detectors that we compare ourselves with: the losses, delays, pauses and kills
// of a plan, and hosts that say single words to each other. It measures what is measured of our own
// peers: leaders that ran well and were replaced all the same, and what a failover takes.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/prng.h"
#include "sim/plan.h"
#include "sim/statistics.h"
#include "sim/timeline.h"

namespace iwant::sim {

class PlainDetector {
  public:
    explicit PlainDetector(const Plan& plan);
    virtual ~PlainDetector() = default;

    Statistics run();

  protected:
    enum class What : std::uint8_t { beacon, ping, pong, removed, election, ask, alive, leads };
    struct Word {
        What what = What::beacon;
        HostNumber about = 0;
        std::uint64_t number = 0;
    };

    virtual void start(HostNumber host) = 0;
    virtual void hears(HostNumber host, HostNumber from, const Word& word) = 0;
    /// Whom this host takes for the leader.
    virtual std::optional<HostNumber> leader_of(HostNumber host) const = 0;

    std::size_t size() const { return places_.size(); }
    Time now() const { return timeline_.now(); }
    Duration between(Duration least, Duration most) { return least + prng_.below(most - least); }
    void multicast(HostNumber from, const Word& word);
    void unicast(HostNumber from, HostNumber to, const Word& word);
    /// A timer of this host: late while it is paused, never when it is dead.
    void after(HostNumber host, Duration delay, std::function<void()> what);
    /// A host takes the leader for dead. Counted once until all agree on one again.
    void gives_up(HostNumber leader);

  private:
    struct Place {
        bool alive = true;
        Time paused_until{};
    };
    struct Kill {
        Failover failover;
        Time when;
    };

    void carry_out(const Fault& fault);
    void send(HostNumber to, HostNumber from, const Word& word);
    void when_awake(HostNumber host, Duration then, std::function<void()> what);
    void watch();
    std::optional<HostNumber> agreed() const;

    Plan plan_;
    Prng prng_;
    Timeline timeline_;
    std::vector<Place> places_;
    Statistics statistics_;
    std::uint64_t unicasts_ = 0;
    std::uint64_t multicasts_ = 0;
    bool given_up_ = false;
    std::optional<Kill> kill_;
};

}  // namespace iwant::sim
