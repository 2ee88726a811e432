#include "io/platform/process.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/platform/test_folder.h"

namespace iwant::platform {
namespace {

/// Runs `body` in a child process and returns how that ended.
template <class Body>
int exit_code_of(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(99);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Process, TheParentOfADetachedProcessEndsWithTheReportedCode) {
    for (const int code : {0, 1, 75}) {
        EXPECT_EQ(exit_code_of([code] {
                      auto detached = Detached::detach();
                      detached->report(code, "");
                      ::_exit(0);
                  }),
                  code);
    }
}

TEST(Process, TheParentFailsWhenTheDetachedProcessDies) {
    EXPECT_EQ(exit_code_of([] {
                  auto detached = Detached::detach();
                  ::_exit(0);
              }),
              1);
}

TEST(Process, ADetachedProcessHasNoTerminalAndASessionOfItsOwn) {
    EXPECT_EQ(exit_code_of([] {
                  const pid_t session = ::getsid(0);
                  auto detached = Detached::detach();
                  const bool left = ::getsid(0) != session && !is_terminal(STDERR_FILENO);
                  detached->report(left ? 0 : 1, "");
                  ::_exit(0);
              }),
              0);
}

TEST(Process, KeepsItsMemoryToItself) {
    EXPECT_EQ(exit_code_of([] {
                  protect_process_memory();
                  rlimit core{};
                  ::getrlimit(RLIMIT_CORE, &core);
                  ::_exit(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && core.rlim_cur == 0 ? 0 : 1);
              }),
              0);
}

TEST(Process, RaisesTheFileLimitAsFarAsItGoes) {
    EXPECT_EQ(exit_code_of([] {
                  rlimit limit{};
                  ::getrlimit(RLIMIT_NOFILE, &limit);
                  const rlimit low{16, limit.rlim_max};
                  ::setrlimit(RLIMIT_NOFILE, &low);
                  raise_file_limit();
                  ::getrlimit(RLIMIT_NOFILE, &limit);
                  const bool told = file_limit() == limit.rlim_cur;
                  ::_exit(told && limit.rlim_cur == limit.rlim_max ? 0 : 1);
              }),
              0);
}

TEST(Process, LowersTheThreadsPriority) {
    EXPECT_EQ(exit_code_of([] {
                  lower_thread_priority();
                  ::_exit(::getpriority(PRIO_PROCESS, 0) > 0 ? 0 : 1);
              }),
              0);
}

TEST(Process, ClocksGoForward) {
    const Time before = now();
    EXPECT_LE(before, now());
    EXPECT_GT(unix_now(), 1'700'000'000);
    EXPECT_EQ(process_id(), ::getpid());
    EXPECT_GT(terminal_columns(), 0u);
}

// A time namespace whose clocks differ stands for a computer that slept: its boot time is a day
// ahead of its monotonic clock.
TEST(Process, TheClockCountsTheTimeAsleep) {
    using std::chrono::hours;
    constexpr int kNoTimeNamespace = 77;
    const int code = exit_code_of([] {
        std::ofstream offsets;
        if (::unshare(CLONE_NEWTIME) == 0) offsets.open("/proc/self/timens_offsets");
        if (!offsets.is_open() || !(offsets << "boottime 86400 0" << std::flush)) {
            ::_exit(kNoTimeNamespace);
        }
        // The namespace is that of children made from now on.
        ::_exit(exit_code_of([] {
            timespec awake{};
            ::clock_gettime(CLOCK_MONOTONIC, &awake);
            const auto asleep = now().time_since_epoch() - std::chrono::seconds(awake.tv_sec);
            ::_exit(asleep > hours(23) ? 0 : 1);
        }));
    });
    if (code == kNoTimeNamespace) GTEST_SKIP() << "skipped: needs root for a time namespace";
    EXPECT_EQ(code, 0);
}

TEST(Process, RandomNumbersDiffer) {
    EXPECT_NE(random_u64(), random_u64());
    std::array<std::uint8_t, 1000> bytes{};
    fill_random(bytes.data(), bytes.size());
    EXPECT_NE(bytes, decltype(bytes){});
}

}  // namespace
}  // namespace iwant::platform
