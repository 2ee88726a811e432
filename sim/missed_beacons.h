#pragma once

// The plain way: the leader sends a beacon by multicast each second, and who misses three takes it
// for dead and, after a moment by chance, its place.

#include <vector>

#include "sim/plain_detector.h"

namespace iwant::sim {

class MissedBeacons final : public PlainDetector {
  public:
    explicit MissedBeacons(const Plan& plan) : PlainDetector(plan), peers_(plan.hosts) {}

  private:
    struct Peer {
        std::uint64_t epoch = 1;
        std::optional<HostNumber> leader = HostNumber{0};
        Time heard{};
    };

    void start(HostNumber host) override;
    void hears(HostNumber host, HostNumber from, const Word& word) override;
    std::optional<HostNumber> leader_of(HostNumber host) const override {
        return peers_[host].leader;
    }
    void beacon(HostNumber host, std::uint64_t epoch);
    void look(HostNumber host);

    std::vector<Peer> peers_;
};

}  // namespace iwant::sim
