#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/platform/folder_calls.h"

namespace iwant::platform {

namespace {

/// The kernel gives EAGAIN when a rename elsewhere made it lose its way.
constexpr int kAttempts = 16;

}  // namespace

std::optional<int> open_beneath_in_one_step(int root, const std::string& relative, int flags,
                                            unsigned mode) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const long opened = ::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how);
        if (opened >= 0) return static_cast<int>(opened);
        if (errno == EINTR || errno == EAGAIN) continue;
        // EPERM: a container's system call filter that does not know the call.
        if (errno == ENOSYS || errno == EPERM || errno == E2BIG) return std::nullopt;
        return -1;
    }
    return std::nullopt;
}

std::optional<int> rename_in_one_step(int from_folder, const std::string& from, int to_folder,
                                      const std::string& to) {
    const long renamed = ::syscall(SYS_renameat2, from_folder, from.c_str(), to_folder, to.c_str(),
                                   RENAME_NOREPLACE);
    if (renamed == 0) return 0;
    if (errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP) return std::nullopt;
    return -1;
}

std::optional<int> sync_file_system_of(int folder) {
    const int done = ::syncfs(folder);
    if (done != 0 && errno == ENOSYS) return std::nullopt;
    return done;
}

}  // namespace iwant::platform
