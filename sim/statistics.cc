#include "sim/statistics.h"

namespace iwant::sim {

namespace {
template <class Values>
void append(Values& to, const Values& from) {
    to.insert(to.end(), from.begin(), from.end());
}
}  // namespace

void Statistics::add(const Statistics& other) {
    runs += other.runs;
    virtual_time += other.virtual_time;
    peer_time += other.peer_time;
    searches += other.searches;
    complete_answers += other.complete_answers;
    leader_changes += other.leader_changes;
    false_replacements += other.false_replacements;
    append(without_leader, other.without_leader);
    append(failovers, other.failovers);
    for (std::size_t kind = 0; kind < kFaultKinds; ++kind) faults[kind] += other.faults[kind];
}

}  // namespace iwant::sim
