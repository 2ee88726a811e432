#pragma once

// The original iWant's way, with its times (consensus/beacon.py of 2018): followers ping the
// leader, whoever gives it up tells everybody, everybody calls an election after a while, and in it
// everybody asks every older peer; the oldest that lives leads. A host's number is its age: 0 is
// the oldest.

#include <vector>

#include "sim/plain_detector.h"

namespace iwant::sim {

class Bully final : public PlainDetector {
  public:
    explicit Bully(const Plan& plan) : PlainDetector(plan), peers_(plan.hosts) {}

  private:
    struct Peer {
        std::optional<HostNumber> leader = HostNumber{0};
        std::uint64_t term = 1;   ///< counts the leaders this peer had
        std::uint64_t round = 0;  ///< the newest election; older ones are cancelled
        unsigned misses = 0;      ///< pings in a row without an answer
        bool answered = false;    ///< the last ping was
        bool outranked = false;   ///< an older peer lives
    };

    void start(HostNumber host) override;
    void hears(HostNumber host, HostNumber from, const Word& word) override;
    std::optional<HostNumber> leader_of(HostNumber host) const override {
        return peers_[host].leader;
    }
    void poll(HostNumber host);
    void answer_due(HostNumber host);
    void remove_leader(HostNumber host);
    void call_election(HostNumber host, std::uint64_t round);
    void elect(HostNumber host);
    void follow(HostNumber host, HostNumber leader);

    std::vector<Peer> peers_;
};

}  // namespace iwant::sim
