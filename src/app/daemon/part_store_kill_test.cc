// kill -9 at every system call by which a download changes files: it goes on, claims nothing that
// is not there, and leaves nothing behind.

#include <cstdlib>

#include "app/daemon/part_store_scenario.h"
#include "io/platform/test_trace.h"

namespace iwant::daemon {
namespace {

using platform::TestTrace;
using platform::TracedCall;

/// Whether the run came to its end before its call number `kill_at`.
bool run_killed_at(const Scenario& scenario, const TestFolder& scratch, const SavedRecords& records,
                   std::uint64_t kill_at) {
    std::uint64_t calls = 0;
    TestTrace::Watch watch;
    watch.before = [&](const TracedCall&) -> TestTrace::Next {
        if (calls++ == kill_at) return TestTrace::Kill{};
        return TestTrace::GoOn{};
    };
    return TestTrace::run(
        [&] {
            ScenarioRun run(scenario, scratch / "downloads", records);
            if (!run.prepare().empty() || !run.complete().empty()) std::abort();
        },
        watch);
}

class AKilledDownload : public testing::TestWithParam<std::uint64_t> {};

TEST_P(AKilledDownload, goes_on_from_every_system_call) {
    const Scenario scenario(GetParam());
    bool ended = false;
    std::uint64_t kill_at = 0;
    for (; !ended; ++kill_at) {
        ASSERT_LT(kill_at, 2000u);
        const TestFolder scratch(fast_folder());
        scratch.make("downloads");
        const SavedRecords records(scratch / "records");
        ended = run_killed_at(scenario, scratch, records, kill_at);
        ScenarioRun run(scenario, scratch / "downloads", records);
        ASSERT_EQ(run.prepare(), "") << "killed at call " << kill_at;
        ASSERT_EQ(run.complete(), "") << "killed at call " << kill_at;
        ASSERT_EQ(run.wrong_result(), "") << "killed at call " << kill_at;
        ASSERT_EQ(entries_of(scratch / "downloads"), 1u) << "killed at call " << kill_at;
    }
    RecordProperty("kills", static_cast<int>(kill_at));
}

// With both kinds and their orders: more than 500 places to be killed at, with IWANT_SLOW 10,000.
std::uint64_t seeds() {
    return std::getenv("IWANT_SLOW") == nullptr ? 8 : 160;
}
INSTANTIATE_TEST_SUITE_P(Seeds, AKilledDownload, testing::Range<std::uint64_t>(0, seeds()));

}  // namespace
}  // namespace iwant::daemon
