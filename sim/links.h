#pragma once

// The ways between hosts: which are open at the moment, and how good they are. Each way has a
// direction. What is wrong is a list of faults in force; when it is empty every way is open and as
// good as the base quality.

#include <cstdint>
#include <vector>

#include "sim/plan.h"
#include "sim/timeline.h"

namespace iwant::sim {

class Links {
  public:
    Links(const Timeline& timeline, std::size_t hosts);

    void set_base(Quality quality) { base_ = quality; }
    const Quality& base() const { return base_; }

    using FaultId = std::uint64_t;
    /// Puts a fault of the network or of a way in force, until it is ended.
    FaultId begin(const Fault& fault);
    void end(FaultId id);
    void end_all();

    /// Whether anything passes from one to the other now.
    bool open(HostNumber from, HostNumber to) const;
    bool open_both_ways(HostNumber a, HostNumber b) const { return open(a, b) && open(b, a); }
    bool open_for_datagrams(HostNumber from, HostNumber to) const;
    Quality quality(HostNumber from, HostNumber to) const;
    /// When a way between these two was last closed or opened.
    Time changed(HostNumber a, HostNumber b) const;

  private:
    struct InForce {
        FaultId id = 0;
        Fault fault;
        std::vector<std::uint8_t> sides;  ///< of partitions, by host
    };

    bool closes(const InForce& wrong, HostNumber from, HostNumber to) const;
    void mark_changed(const InForce& wrong);

    const Timeline& timeline_;
    std::size_t hosts_;
    Quality base_;
    std::vector<InForce> wrong_;
    FaultId next_ = 1;
    std::vector<Time> changed_;  ///< by pair; of few hosts only
    Time any_changed_{};
};

}  // namespace iwant::sim
