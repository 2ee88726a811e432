#pragma once

// A crowd: all hosts are switched on within one second, and later lose their leader at once. What
// is of interest is how much they all say together in their worst second.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/node/node.h"
#include "sim/plan.h"

namespace iwant::sim {

/// The most that happened within any second.
class Peak {
  public:
    void count(Time now);
    std::size_t most() const { return most_; }
    void restart();

  private:
    std::deque<Time> last_second_;
    std::size_t most_ = 0;
};

struct CrowdOutcome {
    std::size_t hosts = 0;
    std::size_t announcements = 0;  ///< in the worst second, of all
    Duration indexed{};             ///< one leader had all catalogues, as all times since the start
    Duration agreed_again{};        ///< all follow one leader, since the old one was lost
    Duration indexed_again{};       ///< it has all catalogues
    std::uint64_t winners = 0;      ///< how many took the lead
    std::uint64_t messages = 0;  ///< claims, votes, registrations and their answers, announcements
    std::size_t registrations = 0;  ///< at one host in the worst second after the loss
    std::string failure;            ///< which bar was missed
};

/// Compares it with the bars.
void judge(CrowdOutcome& outcome);
void print(const CrowdOutcome& outcome, Duration took);

class Crowd {
  public:
    explicit Crowd(std::size_t hosts) : registrations_(hosts) {}

    void happens(HostNumber host, const node::Event& event, Time now);
    void performs(const node::Action& action, Time now);

    std::size_t most_announcements() const { return announcements_.most(); }
    std::size_t most_registrations() const;
    void forget_registrations();

  private:
    Peak announcements_;
    std::vector<Peak> registrations_;  ///< by the host that got them
};

}  // namespace iwant::sim
