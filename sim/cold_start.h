#pragma once

// A network that starts from nothing, all hosts within seconds, each with a catalogue of its own:
// how long until every one of them gets a complete answer, how many messages that takes, and what
// keeping the index costs in memory.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/node/node.h"
#include "sim/plan.h"

namespace iwant::sim {

struct ColdOutcome {
    /// What one host sent and got over its sessions.
    struct Traffic {
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
    };
    struct Keeper {
        std::size_t bytes = 0;  ///< of its whole node
        Traffic traffic;
    };

    bool complete = false;
    std::string failure;  ///< what must always hold and did not
    std::size_t hosts = 0;
    std::size_t names = 0;  ///< of each host
    Duration started{};     ///< the last host's start, as all that follows since the first
    Duration agreed{};      ///< all followed one leader
    Duration indexed{};     ///< it had all catalogues
    Duration took{};        ///< the last host had its first complete answer
    Keeper leader;
    std::vector<Keeper> standbys;
    Keeper follower;               ///< one of the others
    std::vector<Traffic> traffic;  ///< by host
    std::uint64_t datagrams = 0;   ///< all together
};

void print(const ColdOutcome& outcome, Duration took);

/// Counts messages, and who has had a complete answer.
class ColdStart {
  public:
    explicit ColdStart(std::size_t hosts) : traffic_(hosts), waiting_(hosts) {}

    void happens(HostNumber host, const node::Event& event);
    void performs(HostNumber host, const node::Action& action);

    /// Whether this host is to be asked to search now; it counts as asked from then on.
    bool wants_to_ask(HostNumber host);
    bool complete() const { return answered_ == waiting_.size(); }
    const std::vector<ColdOutcome::Traffic>& traffic() const { return traffic_; }
    std::uint64_t datagrams() const { return datagrams_; }

  private:
    enum class Waits : std::uint8_t { to_ask, for_answer, no_more };

    std::vector<ColdOutcome::Traffic> traffic_;
    std::vector<Waits> waiting_;
    std::size_t answered_ = 0;
    std::uint64_t datagrams_ = 0;
};

}  // namespace iwant::sim
