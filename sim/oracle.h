#pragma once

// What must be true of any run, whatever happens in it. The first violation ends the run and is its
// reason.
//
//   S1  two leaders of the same epoch do not stay leaders when they can hear each other
//   S2  a peer's epoch never falls while it runs
//       a leader that stood still for long does not lead any more once it moves
//   S5  an answer that calls itself complete has what every peer announced that the answerer knows

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/host.h"
#include "sim/statistics.h"

namespace iwant::sim {

class Oracle {
  public:
    Oracle(Timeline& timeline, Network& network, std::vector<Host>& hosts);

    /// After every step of a host.
    void stepped(HostNumber host);
    void arrives(HostNumber host, const node::MessageReceived& message, HostNumber from);

    /// Remembers a probe: a search for everything that `owner` shares, asked at `host`.
    void asked(node::Ticket ticket, HostNumber host, HostNumber owner);
    void answered(HostNumber host, const node::AnswerSearch& answer);

    /// Exactly one leader among the running hosts, known to all of them.
    std::optional<std::string> disagreement() const;
    std::optional<HostNumber> leader() const;
    /// Probes that were asked since the last call and did not get the owner's whole present
    /// catalogue.
    std::vector<std::string> take_poor_answers();

    const std::optional<std::string>& violation() const { return violation_; }
    void count_time_without_leader(Duration step);
    const Statistics& statistics() const { return statistics_; }

  private:
    struct Probe {
        HostNumber host;
        HostNumber owner;
        Time asked;
        std::map<HostNumber, std::uint64_t> announced;  ///< what each had heard of the owner then
    };
    struct Step {
        Time when;
        std::uint64_t instance = 0;
        protocol::LeaderView led;
    };
    void violated(const std::string& what);
    void check_stall(HostNumber host, const protocol::LeaderView& view);
    void check_rivals(HostNumber host);
    void check_complete(const Probe& probe, const node::AnswerSearch& answer);
    bool knew_all_the_time(HostNumber knower, HostNumber known, Time since) const;
    bool led_well(HostNumber host) const;

    Timeline& timeline_;
    Network& network_;
    std::vector<Host>& hosts_;
    std::map<std::pair<HostNumber, std::uint64_t>, std::uint64_t>
        epochs_;  ///< by host and instance
    std::map<HostNumber, Step> last_step_;
    std::map<std::pair<HostNumber, HostNumber>, Time> rivals_since_;
    /// The greatest version that the first has heard of the second.
    std::map<std::pair<HostNumber, HostNumber>, std::uint64_t> announced_;
    std::map<node::Ticket, Probe> probes_;
    std::vector<std::string> poor_;
    std::set<std::pair<std::uint64_t, HostNumber>> led_;
    std::map<HostNumber, Duration> without_;
    std::optional<std::string> violation_;
    Statistics statistics_;
};

}  // namespace iwant::sim
