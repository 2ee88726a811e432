#pragma once

// Who leads, as seen from outside by somebody who sees all: how often that changed, for how long
// hosts were without a leader that they could reach, whether all agree, and what a failover cost.
// It looks again only after something changed.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/host.h"
#include "sim/statistics.h"

namespace iwant::sim {

class Leadership {
  public:
    /// Only the first `honest` hosts count.
    Leadership(Timeline& timeline, Network& network, std::vector<Host>& hosts, std::size_t honest);

    /// After every step of a host; true if it leads since this step.
    bool stepped(HostNumber host);
    /// Hosts came or went, or ways opened or closed.
    void changed() { dirty_ = true; }
    /// To be called now and then.
    void sample();

    const std::set<HostNumber>& leading() const { return leading_; }
    std::optional<HostNumber> leader() const;
    /// Why the running hosts do not all follow one leader among them; nothing if they do.
    std::optional<std::string> disagreement() const;
    std::optional<HostNumber> host_of(const PeerId& peer) const;

    void count(const node::Action& action);
    struct Messages {
        std::uint64_t claims = 0;
        std::uint64_t votes = 0;
        std::uint64_t registrations = 0;  ///< and their answers
        std::uint64_t multicasts = 0;
        // What agreeing on a leader takes; pings and catalogues travel anyway.
        void add(const protocol::LeaderClaim&) { ++claims; }
        void add(const protocol::LeaderResigns&) { ++claims; }
        void add(const protocol::PreVoteRequest&) { ++votes; }
        void add(const protocol::PreVote&) { ++votes; }
        void add(const protocol::Register&) { ++registrations; }
        void add(const protocol::Registered&) { ++registrations; }
        template <class Other>
        void add(const Other&) {}
        std::uint64_t unicasts() const { return claims + votes + registrations; }
    };
    /// Messages about who leads since the run began.
    const Messages& messages() const { return messages_; }

    std::uint64_t changes() const { return statistics_.leader_changes; }
    const Statistics& statistics() const { return statistics_; }

  private:
    struct Seen {
        std::uint64_t instance = 0;
        protocol::LeaderView view;
        std::optional<Time> without_since;
    };

    bool led_well(HostNumber host) const;
    void judge_replacement(HostNumber successor, const protocol::LeaderView& before);
    void end_without(HostNumber host);

    Timeline& timeline_;
    Network& network_;
    std::vector<Host>& hosts_;
    std::size_t honest_;
    std::unordered_map<PeerId, HostNumber> by_peer_;
    std::vector<Seen> seen_;
    std::set<HostNumber> leading_;
    bool dirty_ = true;
    std::size_t running_ = 0;
    Time sampled_;
    Messages messages_;
    Statistics statistics_;
};

}  // namespace iwant::sim
