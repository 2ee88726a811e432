#pragma once

// One run of the simulator: hosts, a network, and a plan that is carried out. First chaos, then
// everything heals, and what should be true of a healthy network must become true within its time:
//
//   L1  one leader that all follow, 10 s after healing (20 s with more than 100 hosts)
//   L2  every catalogue searchable and every answer complete, 5 s later
//   L3  every download finished that somebody honest has the content of
//   L4  nobody loses the leader in the calm that follows
//   F1  losing the leader after that costs few messages

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cold_start.h"
#include "sim/crowd.h"
#include "sim/host.h"
#include "sim/leadership.h"
#include "sim/library.h"
#include "sim/links.h"
#include "sim/network.h"
#include "sim/oracle.h"
#include "sim/plan.h"
#include "sim/probes.h"
#include "sim/statistics.h"
#include "sim/stranger.h"
#include "sim/timeline.h"
#include "sim/verdict.h"

namespace iwant::sim {

struct RunOptions {
    /// Is told every line of the story, in order of time; empty: nobody listens.
    std::function<void(Time now, std::string_view line)> tell;
};

struct Outcome {
    std::optional<Failure> failure;
    Statistics statistics;
};

class World final : public Hosts, public Surroundings {
  public:
    World(Plan plan, RunOptions options);
    ~World() override;

    Outcome run();
    /// Instead: starts all hosts and ends when each of them has had a complete answer.
    ColdOutcome run_cold();
    /// Instead: starts all hosts within a second, and later takes their leader away.
    CrowdOutcome run_crowd();

    // For the network.
    Condition condition(HostNumber host) const override;
    std::uint64_t instance(HostNumber host) const override;
    PeerId peer(HostNumber host) const override;
    PublicKey key(HostNumber host) const override;
    protocol::Hello hello(HostNumber host) const override;
    void deliver(HostNumber host, node::Event event) override;

    // For the hosts.
    Timeline& timeline() override { return timeline_; }
    Network& network() override { return network_; }
    const Library& library() const override { return library_; }
    Piece fetch(HostNumber client, const PeerId& server, const FileId& file) override;
    void happens(HostNumber host, const node::Event& event) override;
    void stepped(HostNumber host) override;
    void performs(HostNumber host, const node::Action& action) override;
    void finished_too_early(HostNumber host) override { oracle_.finished_too_early(host); }
    Logger& logger(HostNumber host) override;

  private:
    class Transcript;

    std::vector<Host> make_hosts();
    void furnish();
    bool over() const { return verdict_.failure().has_value(); }
    void run_for(Duration length);
    void tell(const std::string& line);

    // world_chaos.cc: what a plan holds.
    void schedule();
    void carry_out(const Fault& fault, HostNumber spare);
    void hit_host(Host& host, const Fault& fault, HostNumber spare);
    void hit_network(const Fault& fault);
    void do_deed(const Fault& fault);
    void bring_down(Host& host, const Fault& fault);
    void bring_up(Host& host);
    void pause(Host& host, const Fault& fault);
    void make_clone(Host& original, Host& clone, Duration length);
    void undo_later(Duration length, std::function<void()> undo);
    std::optional<HostNumber> whom(HostNumber meant) const;
    void download(Host& client, std::uint64_t choice);
    void count(FaultKind kind) { ++statistics_.faults[static_cast<std::size_t>(kind)]; }

    // world_check.cc: what must become true.
    void heal();
    std::optional<Failure> check_agreement();
    std::optional<Failure> check_catalogs();
    std::optional<Failure> check_downloads();
    std::optional<Failure> unfinished_download() const;
    std::optional<Failure> check_calm();
    std::optional<Failure> check_failover();

    // world_cold.cc
    bool index_is_whole(std::size_t hosts) const;
    std::size_t bytes_of(HostNumber host);
    void weigh_keepers(ColdOutcome& outcome);

    // world_crowd.cc
    void lose_leader(HostNumber leader, CrowdOutcome& outcome);

    Plan plan_;
    RunOptions options_;
    Timeline timeline_;
    Verdict verdict_;
    Library library_;
    std::vector<std::unique_ptr<Transcript>> transcripts_;
    std::vector<Host> hosts_;  ///< those of the plan, then clones
    std::vector<Stranger> strangers_;
    std::set<HostNumber> liars_;  ///< who serves wrong bytes at some time
    Links links_;
    Network network_;
    Leadership leadership_;
    Oracle oracle_;
    Probes probes_;
    std::vector<std::function<void()>> undo_;  ///< what healing does at once
    bool healed_ = false;
    std::optional<ColdStart> cold_start_;  ///< while one is watched
    std::optional<Crowd> crowd_;           ///< likewise
    Statistics statistics_;
};

}  // namespace iwant::sim
