#pragma once

// One run of the simulator: hosts, a network, a seed. First chaos, then everything heals, and what
// should be true of a healthy network must become true within its time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host.h"
#include "sim/library.h"
#include "sim/network.h"
#include "sim/oracle.h"
#include "sim/plan.h"
#include "sim/statistics.h"
#include "sim/timeline.h"

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

    // For the network.
    Condition condition(HostNumber host) const override { return hosts_[host].condition(); }
    std::uint64_t instance(HostNumber host) const override { return hosts_[host].instance(); }
    PeerId peer(HostNumber host) const override { return hosts_[host].peer(); }
    PublicKey key(HostNumber host) const override { return hosts_[host].key(); }
    protocol::Hello hello(HostNumber host) const override { return hosts_[host].hello(); }
    void deliver(HostNumber host, node::Event event) override;

    // For the hosts.
    Timeline& timeline() override { return timeline_; }
    Network& network() override { return network_; }
    const Library& library() const override { return library_; }
    Piece fetch(HostNumber client, const PeerId& server, const FileId& file) override;
    void answered(HostNumber host, const node::AnswerSearch& answer) override;
    void stepped(HostNumber host) override;
    void arrives(HostNumber host, const node::MessageReceived& message) override;
    Logger& logger(HostNumber host) override;

  private:
    class Transcript;

    void furnish();
    void carry_out(const Fault& fault);
    void bring_down(Host& host, const Fault& fault);
    void pause(Host& host, const Fault& fault);
    void partition(const Fault& fault);
    void ask(HostNumber host, HostNumber owner);
    void download(Host& client, std::uint64_t choice);
    void heal();
    std::optional<Failure> check_agreement();
    std::optional<Failure> check_catalogs();
    std::optional<Failure> check_downloads();
    std::optional<Failure> check_calm();
    void run_for(Duration length);
    void tell(const std::string& line);

    Plan plan_;
    RunOptions options_;
    Prng prng_;
    Statistics statistics_;
    Timeline timeline_;
    Library library_;
    std::vector<Host> hosts_;
    Network network_;
    std::unique_ptr<Oracle> oracle_;
    std::vector<std::unique_ptr<Transcript>> transcripts_;
    std::uint64_t next_ticket_ = 1;
    unsigned next_group_ = 1;
    bool healed_ = false;
};

}  // namespace iwant::sim
