#include <cerrno>

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/platform/process.h"

namespace iwant::platform {

namespace {

// linux/ioprio.h, which is not everywhere.
constexpr int kIoPriorityOfProcess = 1;
constexpr int kIoPriorityIdle = 3 << 13;

constexpr int kBackgroundNice = 10;

}  // namespace

void protect_process_memory() {
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

void lower_thread_priority() {
    // On Linux both act on the calling thread alone.
    ::syscall(SYS_ioprio_set, kIoPriorityOfProcess, 0, kIoPriorityIdle);
    ::setpriority(PRIO_PROCESS, 0, kBackgroundNice);
}

void fill_random(void* into, std::size_t size_bytes) {
    auto* bytes = static_cast<std::uint8_t*>(into);
    while (size_bytes > 0) {
        const ssize_t got = ::getrandom(bytes, size_bytes, 0);
        ASSERT(got > 0 || (got < 0 && errno == EINTR));
        if (got < 0) continue;
        bytes += got;
        size_bytes -= static_cast<std::size_t>(got);
    }
}

}  // namespace iwant::platform
