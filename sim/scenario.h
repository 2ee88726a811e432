#pragma once

// A scenario: one run as a readable text file, with what it must come to. The head says how the
// world is, then each line is a fault or deed at its time, then, after "expect", what happens:
//
//     # The leader is killed: somebody else leads within two seconds.
//     hosts 4
//     seed 7
//     length 40
//     10 leader crash for 20
//     12 host0 search host1
//     expect
//     1.4 host2 leads epoch 1
//     ...
//
// doc/simulation.md has all words of it.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sim/plan.h"
#include "sim/world.h"

namespace iwant::sim {

struct Scenario {
    std::string head;  ///< the text up to "expect", as it is in the file
    Plan plan;
    std::vector<std::string> expected;  ///< lines of a Story
};

/// `name` is the file's, for errors: "leader.txt:7" is where, the message what.
Result<Scenario> parse_scenario(const std::string& name, std::string_view text);
/// A scenario file of this plan, `why` as a comment at its top.
std::string scenario_text(const std::string& why, const Plan& plan,
                          const std::vector<std::string>& expected);
/// The same with another expectation.
std::string rewritten(const Scenario& scenario, const std::vector<std::string>& story);

/// What a run of this plan tells that a scenario is about: leaders, searches, answers, faults, and
/// at the end "ok" or how it failed.
std::vector<std::string> story_of(const Plan& plan);

/// Where the two part; nothing when they tell the same. A time may be off by a second, and lines of
/// the same moment may change places, since every change of a program moves its times a little.
std::string difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& story);

}  // namespace iwant::sim
