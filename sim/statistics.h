#pragma once

// What runs tell about themselves, as flat numbers that can be added up and sent around.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/plan.h"

namespace iwant::sim {

/// What broke: an invariant's short name ("S5", "L1"), and the sentence for people.
struct Failure {
    std::string invariant;
    std::string text;
    Duration at{};  ///< since the run began
};

/// How long and how many messages it took from the loss of a leader to one that all follow, with
/// nothing else going on.
struct Failover {
    FaultKind how = FaultKind::crash;  ///< crash, power_off or stop
    std::uint64_t hosts = 0;           ///< left
    Duration took{};
    std::uint64_t unicasts = 0;
    std::uint64_t multicasts = 0;
};

struct Statistics {
    std::uint64_t runs = 0;
    Duration virtual_time{};
    Duration peer_time{};  ///< of all running hosts together
    std::uint64_t searches = 0;
    std::uint64_t complete_answers = 0;
    std::uint64_t leader_changes = 0;
    std::uint64_t false_replacements = 0;  ///< of a leader that ran well and could be reached
    std::vector<Duration> without_leader;  ///< each time that a host could reach none
    std::vector<Failover> failovers;
    std::array<std::uint64_t, kFaultKinds> faults{};  ///< by kind, those that took place

    void add(const Statistics& other);
};

}  // namespace iwant::sim
