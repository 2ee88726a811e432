#pragma once

// What must be true of any run, whatever happens in it. The first violation ends the run and is its
// reason. What concerns answers to searches is in probes.h, what a host may do about who leads in
// conduct.h.
//
//   S1  two leaders of the same epoch do not stay leaders when they can hear each other
//   S2  a peer's epoch never falls while it runs
//   E3  a leader that stood still for long does not lead any more once it moves
//   S6  sessions and members stay within their limits
//   S7  datagrams and dials stay rare, whatever comes in: nobody is made a weapon
//   S8  nothing is taken for downloaded that is not all there and right
//   S9  nobody who keeps to the rules is sent away for breaking them

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "sim/conduct.h"
#include "sim/host.h"
#include "sim/leadership.h"
#include "sim/verdict.h"

namespace iwant::sim {

class Oracle {
  public:
    /// Only the first `honest` hosts keep to the rules.
    Oracle(Timeline& timeline, Network& network, std::vector<Host>& hosts,
           const Leadership& leadership, Verdict& verdict, std::size_t honest);

    /// Before every step of a host, and after it.
    void happens(HostNumber host, const node::Event& event) { conduct_.happens(host, event); }
    void stepped(HostNumber host);
    void performs(HostNumber host, const node::Action& action);
    void finished_too_early(HostNumber host);
    /// Looks at what changes slowly.
    void sample();
    /// Another host has this one's key, too, so that nothing can be asked of either any more.
    void cloned(HostNumber host) {
        cloned_.insert(host);
        conduct_.cloned(host);
    }

  private:
    struct Seen {
        Time stepped;
        std::uint64_t instance = 0;
        protocol::LeaderView view;
        Time window;  ///< in which these are counted
        unsigned announced = 0;
        unsigned dialled = 0;
    };
    void check_stall(HostNumber host, Seen& seen, const protocol::LeaderView& view);
    void check_rivals(HostNumber host, const protocol::LeaderView& view);
    bool rivals(HostNumber host, HostNumber other, const protocol::LeaderView& view) const;
    void count_in_window(HostNumber host, unsigned Seen::* count, unsigned most);

    Timeline& timeline_;
    Network& network_;
    std::vector<Host>& hosts_;
    const Leadership& leadership_;
    Verdict& verdict_;
    std::size_t honest_;
    std::vector<Seen> seen_;
    std::set<HostNumber> cloned_;
    Conduct conduct_;
    struct Rivalry {
        std::uint64_t epoch = 0;
        Time since;
    };
    std::map<std::pair<HostNumber, HostNumber>, Rivalry> rivalries_;
    Time sampled_;
};

}  // namespace iwant::sim
