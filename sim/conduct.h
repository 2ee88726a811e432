#pragma once

// What a host may do about who leads, judged step by step by what it was told. The other rules make
// up for most breaches of these before anybody comes to harm, so only whoever sees each step
// notices them.
//
//   E4  who rises above a rival leaves the rival's epoch behind
//   E5  who stands by registers whoever follows the same leader
//   E6  nobody takes the lead unasked: those it knows are asked for their votes before, unless the
//       leader named it its successor
//   E7  nobody leaves its leader because somebody else resigns
//   F4  in a large network nobody registers with a new leader in the moment it hears of it

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/host.h"
#include "sim/leadership.h"
#include "sim/verdict.h"

namespace iwant::sim {

class Conduct {
  public:
    /// Only the first `honest` hosts keep to the rules.
    Conduct(const Network& network, const std::vector<Host>& hosts, const Leadership& leadership,
            Verdict& verdict, std::size_t honest);

    /// Before a host's node sees it, after it took its step, and each thing that it then does.
    void happens(HostNumber host, const node::Event& event);
    void stepped(HostNumber host);
    void performs(HostNumber host, const node::Action& action);
    void cloned(HostNumber host) { cloned_.insert(host); }

  private:
    /// What a host knew before the step that it takes, and what it was told with it.
    struct Step {
        HostNumber host = 0;
        protocol::LeaderView before;
        protocol::LeaderView after;
        bool due = false;  ///< it would have been called without the event
        bool stood_by = false;
        std::optional<PeerId> from;  ///< zero: a stranger; nothing: one of two with its key
        std::optional<SessionId> opened;
        std::optional<protocol::LeaderView> claim;       ///< that the sender itself leads
        std::optional<protocol::LeaderView> registered;  ///< whom the sender follows
        std::optional<PeerId> successor;                 ///< the sender resigns in its favour
    };
    /// What a host has learned and done in this run of it.
    struct Past {
        std::uint64_t instance = 0;
        std::map<SessionId, HostNumber> company;
        std::set<HostNumber> followed;
        bool asked = false;  ///< for votes, since it followed or led last
        /// It took the lead with its last step and had not asked these.
        std::map<SessionId, HostNumber> unasked;
        Time stepped;
    };

    void changed(Past& past);
    void received(HostNumber host, const node::MessageReceived& event);
    void check_raised() const;
    void check_left() const;
    void check_takeover(Past& past) const;
    void conclude(Past& past, HostNumber host);
    void check_registering(SessionId session, const protocol::Register& message) const;
    void check_refusal(const protocol::Registered& message) const;
    std::string name() const { return name_of(step_.host); }
    PeerId self() const { return hosts_[step_.host].peer(); }

    const Network& network_;
    const std::vector<Host>& hosts_;
    const Leadership& leadership_;
    Verdict& verdict_;
    std::size_t honest_;
    Step step_;
    std::vector<Past> past_;
    std::set<HostNumber> cloned_;
};

}  // namespace iwant::sim
