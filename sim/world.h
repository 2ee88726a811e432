#pragma once

// One run of the simulator: hosts, a network, a seed. First chaos, then everything heals, and what
// should be true of a healthy network must become true within its time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/host.h"
#include "sim/library.h"
#include "sim/network.h"
#include "sim/oracle.h"
#include "sim/timeline.h"

namespace iwant::sim {

struct Settings {
    std::uint64_t seed = 1;
    std::optional<std::size_t> hosts;  ///< otherwise the seed decides
    bool verbose = false;
};

struct Outcome {
    std::optional<std::string> failure;
    Statistics statistics;
};

class World final : public Hosts, public Surroundings {
  public:
    explicit World(Settings settings);
    ~World() override;

    Outcome run();

    // For the network.
    Condition condition(HostNumber host) const override { return hosts_[host].condition(); }
    std::uint64_t instance(HostNumber host) const override { return hosts_[host].instance(); }
    PeerId peer(HostNumber host) const override { return hosts_[host].peer(); }
    protocol::Hello hello(HostNumber host) const override { return hosts_[host].hello(); }
    void deliver(HostNumber host, node::Event event) override;

    // For the hosts.
    Timeline& timeline() override { return timeline_; }
    Network& network() override { return network_; }
    const Library& library() const override { return library_; }
    Piece fetch(HostNumber client, const PeerId& server, const FileId& file) override;
    void answered(HostNumber host, const node::AnswerSearch& answer) override;
    void stepped(HostNumber host) override { oracle_->stepped(host); }
    void arrives(HostNumber host, const node::MessageReceived& message) override;
    Logger& logger(HostNumber host) override;

  private:
    class Transcript;

    void furnish();
    void chaos(Duration length);
    void one_fault();
    void bring_down(Host& host);
    void pause_for_a_while(Host& host);
    void partition();
    void one_deed();
    void ask(HostNumber host, HostNumber owner);
    void download_something();
    void heal();
    std::optional<std::string> check_agreement();
    std::optional<std::string> check_catalogs();
    std::optional<std::string> check_downloads();
    std::optional<std::string> check_calm();
    void run_for(Duration length);
    void tell(const std::string& line);

    Settings settings_;
    Prng prng_;
    Timeline timeline_;
    Library library_;
    std::vector<Host> hosts_;
    Network network_;
    std::unique_ptr<Oracle> oracle_;
    std::vector<std::unique_ptr<Transcript>> transcripts_;
    std::uint64_t next_ticket_ = 1;
    unsigned next_group_ = 1;
    unsigned faults_ = 0;  ///< which kinds this seed has, as bits
};

}  // namespace iwant::sim
