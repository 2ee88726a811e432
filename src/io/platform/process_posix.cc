#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "io/platform/process.h"

namespace iwant::platform {

namespace {

constexpr std::size_t kTerminalColumnsDefault = 80;
/// The least that a process is given anywhere.
constexpr std::size_t kFileLimitDefault = 256;

// On Linux CLOCK_MONOTONIC stands still while the computer is suspended; elsewhere it does not.
#ifdef CLOCK_BOOTTIME
constexpr clockid_t kRunClock = CLOCK_BOOTTIME;
#else
constexpr clockid_t kRunClock = CLOCK_MONOTONIC;
#endif

std::int64_t read_clock(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t file_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : kFileLimitDefault;
}

std::size_t physical_memory_bytes() {
    return static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

Time now() {
    return Time(Duration(read_clock(kRunClock)));
}

UnixSeconds unix_now() {
    return read_clock(CLOCK_REALTIME) / 1'000'000'000;
}

unsigned minute_of_day() {
    const std::time_t seconds = unix_now();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return static_cast<unsigned>(local.tm_hour * 60 + local.tm_min);
}

int process_id() {
    return ::getpid();
}

bool is_terminal(int descriptor) {
    return ::isatty(descriptor) == 1;
}

std::size_t terminal_columns() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return kTerminalColumnsDefault;
    }
    return size.ws_col;
}

std::uint64_t random_u64() {
    std::uint64_t number = 0;
    fill_random(&number, sizeof number);
    return number;
}

}  // namespace iwant::platform
