// A disk that fails at every system call by which a download changes files, from there on or once:
// the user is told what it is, nothing is believed that was not saved, and when the disk is well
// again the download goes on.

#include "app/daemon/part_store_scenario.h"
#include "io/platform/test_trace.h"

namespace iwant::daemon {
namespace {

using platform::TestTrace;
using platform::TracedCall;

struct Fault {
    std::string name;
    int error_number;
    ErrorCode code;
    enum class Lasts : std::uint8_t { one_call, until_mended } lasts;
    /// Which calls it happens to.
    bool (*hits)(const TracedCall&);
};

bool takes_space(const TracedCall& call) {
    switch (call.number()) {
        case SYS_write:
        case SYS_pwrite64:
        case SYS_mkdirat:
            return true;
        default:
            return call.creates();
    }
}
bool changes_names_or_files(const TracedCall& call) {
    return takes_space(call) || call.number() == SYS_unlinkat || call.number() == SYS_renameat2 ||
           call.number() == SYS_ftruncate;
}
bool changes_names(const TracedCall& call) {
    return changes_names_or_files(call) && call.number() != SYS_write &&
           call.number() != SYS_pwrite64 && call.number() != SYS_ftruncate;
}
bool makes_files(const TracedCall& call) {
    return call.creates();
}
bool makes_durable(const TracedCall& call) {
    return call.number() == SYS_fsync || call.number() == SYS_fdatasync ||
           call.number() == SYS_syncfs;
}
bool reaches_the_disk(const TracedCall& call) {
    return makes_durable(call) || call.number() == SYS_pwrite64;
}

const Fault kFaults[] = {
    {"full", ENOSPC, ErrorCode::no_space, Fault::Lasts::until_mended, takes_space},
    {"full_for_a_moment", ENOSPC, ErrorCode::no_space, Fault::Lasts::one_call, takes_space},
    {"quota", EDQUOT, ErrorCode::no_space, Fault::Lasts::until_mended, takes_space},
    {"read_only", EROFS, ErrorCode::permission, Fault::Lasts::until_mended, changes_names_or_files},
    {"no_rights", EACCES, ErrorCode::permission, Fault::Lasts::until_mended, changes_names},
    {"names_too_long", ENAMETOOLONG, ErrorCode::io, Fault::Lasts::until_mended, makes_files},
    {"no_descriptors", EMFILE, ErrorCode::io, Fault::Lasts::until_mended, makes_files},
    {"broken", EIO, ErrorCode::io, Fault::Lasts::until_mended, reaches_the_disk},
    {"broken_for_a_moment", EIO, ErrorCode::io, Fault::Lasts::one_call, reaches_the_disk},
};

/// By this the traced program says that the disk is to be well from now on: no real call has it.
constexpr int kMended = -4711;

/// The disk fails from the call number `from` on, of those that it happens to.
class FailingDisk {
  public:
    FailingDisk(const Fault& fault, std::uint64_t from) : fault_(fault), from_(from) {}

    TestTrace::Next before(const TracedCall& call) {
        if (call.number() == SYS_fsync && call.descriptor(0) == kMended) mended_ = true;
        if (mended_ || !fault_.hits(call)) return TestTrace::GoOn{};
        const std::uint64_t number = calls_++;
        const bool once = fault_.lasts == Fault::Lasts::one_call;
        if (once ? number != from_ : number < from_) return TestTrace::GoOn{};
        ++failed_;
        if (makes_durable(call)) lost_ = true;
        return TestTrace::Fail{fault_.error_number};
    }
    std::uint64_t failed() const { return failed_; }
    /// What was written may not be on the disk, and it says so only once.
    bool lost() const { return lost_; }

  private:
    const Fault& fault_;
    const std::uint64_t from_;
    std::uint64_t calls_ = 0;
    std::uint64_t failed_ = 0;
    bool lost_ = false;
    bool mended_ = false;
};

/// Runs in the traced program: says what is wrong with how the download took it, or nothing; makes
/// the file `unmoved` when it came to its end as if nothing had been.
std::string take_a_failure(ScenarioRun& run, const Fault& fault, const fs::path& downloads,
                           const fs::path& unmoved) {
    std::string failed = run.prepare();
    if (failed.empty()) failed = run.complete();
    ::fsync(kMended);
    if (failed.empty()) {
        std::ofstream(unmoved) << "yes";
    } else {
        if (!run.error()) return failed;
        if (run.error()->code != fault.code) return "another code: " + failed;
        if (!failed.contains('/')) return "says no path: " + failed;
        run.release();
        failed = run.prepare();
        if (!failed.empty()) return "when the disk is well again: " + failed;
        failed = run.complete();
        if (!failed.empty()) return "when the disk is well again: " + failed;
    }
    if (std::string wrong = run.wrong_result(); !wrong.empty()) return wrong;
    // Others go on: what could not be removed then may be left, but nothing beside it.
    const std::size_t left = entries_of(downloads);
    return left <= 2 ? "" : std::to_string(left) + " things are left";
}

class AFailingDisk : public testing::TestWithParam<std::tuple<Fault, std::uint64_t>> {};

TEST_P(AFailingDisk, stops_a_download_until_it_is_well_again) {
    if (!TestTrace::kCanFail) GTEST_SKIP() << "calls cannot be made to fail on this processor";
    const auto& [fault, seed] = GetParam();
    const Scenario scenario(seed);
    std::uint64_t from = 0;
    for (bool hit = true; hit; ++from) {
        ASSERT_LT(from, 2000u);
        const TestFolder scratch(fast_folder());
        scratch.make("downloads");
        const SavedRecords records(scratch / "records");
        FailingDisk disk(fault, from);
        TestTrace::Watch watch;
        watch.before = [&](const TracedCall& call) { return disk.before(call); };
        const fs::path told = scratch / "wrong";
        ASSERT_TRUE(TestTrace::run(
            [&, fault = fault] {
                ScenarioRun run(scenario, scratch / "downloads", records);
                const std::string wrong =
                    take_a_failure(run, fault, scratch / "downloads", scratch / "unmoved");
                if (!wrong.empty()) std::ofstream(told) << wrong;
            },
            watch));
        hit = disk.failed() > 0;
        std::string wrong;
        std::getline(std::ifstream(told), wrong);
        ASSERT_EQ(wrong, "") << "from call " << from;
        ASSERT_FALSE(disk.lost() && fs::exists(scratch / "unmoved")) << "from call " << from;
    }
    EXPECT_GT(from, 2u);
    RecordProperty("failures", static_cast<int>(from - 1));
}

INSTANTIATE_TEST_SUITE_P(Faults, AFailingDisk,
                         testing::Combine(testing::ValuesIn(kFaults), testing::Values(0, 1)),
                         [](const auto& one) {
                             return std::get<0>(one.param).name +
                                    (std::get<1>(one.param) == 0 ? "_file" : "_folder");
                         });

}  // namespace
}  // namespace iwant::daemon
