#pragma once

// For tests: runs a function in a child process and shows every system call by which it changes
// files, before and after it happens. The child can be killed at any of them, as `kill -9` would;
// a call can fail as on a full or broken disk; or what it wrote be recorded, to think out what a
// power loss would leave. Real calls of the real code: nothing has to be written for it. Linux only
// (ptrace).

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <csignal>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"

namespace iwant::platform {

/// A system call of the child, while it is stopped in it.
class TracedCall {
  public:
    TracedCall(pid_t child, long number, const std::uint64_t (&arguments)[6])
        : child_(child), number_(number) {
        std::copy_n(arguments, 6, arguments_.begin());
    }

    long number() const { return number_; }
    std::uint64_t argument(std::size_t index) const { return arguments_.at(index); }
    int descriptor(std::size_t index) const { return static_cast<int>(arguments_.at(index)); }

    std::vector<std::uint8_t> bytes(std::size_t pointer, std::size_t length_bytes) const {
        std::vector<std::uint8_t> bytes(length_bytes);
        iovec here{bytes.data(), bytes.size()};
        iovec there{reinterpret_cast<void*>(argument(pointer)), bytes.size()};
        const ssize_t got = ::process_vm_readv(child_, &here, 1, &there, 1, 0);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    std::string text(std::size_t pointer) const {
        const std::vector<std::uint8_t> all = bytes(pointer, kPathMax);
        return {all.begin(), std::find(all.begin(), all.end(), 0)};
    }
    /// What an open descriptor of the child is.
    std::filesystem::path path_of(int descriptor) const {
        return std::filesystem::read_symlink(link(descriptor));
    }
    std::uint64_t inode_of(int descriptor) const {
        struct stat status{};
        ASSERT(::stat(link(descriptor).c_str(), &status) == 0);
        return status.st_ino;
    }
    /// The path that a descriptor and a text name together, as in openat.
    std::filesystem::path path_at(std::size_t folder, std::size_t name) const {
        const std::filesystem::path relative = text(name);
        if (relative.is_absolute() || descriptor(folder) == AT_FDCWD) return relative;
        return path_of(descriptor(folder)) / relative;
    }
    /// Whether it may make a file.
    bool creates() const {
        if (number_ == SYS_openat) return (argument(2) & O_CREAT) != 0;
        if (number_ != SYS_openat2) return false;
        const std::vector<std::uint8_t> how = bytes(2, sizeof(open_how));
        return how.size() == sizeof(open_how) && (how[0] & O_CREAT) != 0;
    }

  private:
    static constexpr std::size_t kPathMax = 512;

    std::string link(int descriptor) const {
        return "/proc/" + std::to_string(child_) + "/fd/" + std::to_string(descriptor);
    }

    pid_t child_;
    long number_;
    std::array<std::uint64_t, 6> arguments_{};
};

class TestTrace {
  public:
    struct GoOn {};
    struct Kill {};
    /// The call does nothing and gives this error. On x86-64 only.
    struct Fail {
        int error_number;
    };
    using Next = std::variant<GoOn, Kill, Fail>;
#if defined(__x86_64__)
    static constexpr bool kCanFail = true;
#else
    static constexpr bool kCanFail = false;
#endif
    struct Watch {
        /// Before a call that changes files (or makes what was changed durable).
        std::function<Next(const TracedCall&)> before;
        /// After it, unless it failed.
        std::function<void(const TracedCall&, std::int64_t result)> after;
    };

    /// Whether `body` came to its end (true) or was killed. It runs in a copy of this process and
    /// has no way back but through files; failures in it must abort.
    static bool run(const std::function<void()>& body, const Watch& watch) {
        const pid_t child = ::fork();
        ASSERT(child >= 0);
        if (child == 0) {
            ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
            ::raise(SIGSTOP);
            body();
            ::_exit(0);
        }
        int status = 0;
        ASSERT(::waitpid(child, &status, 0) == child && WIFSTOPPED(status));
        ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD);
        return follow(child, watch);
    }

    /// Runs `body` again and again, with `next` at another of its calls each time, from the first
    /// on, until it ends before that. Calls `look` after each run, and says how many calls it were.
    static std::uint64_t at_each_call(const Next& next, const std::function<void()>& body,
                                      const std::function<void(std::uint64_t call)>& look) {
        std::uint64_t call = 0;
        for (bool reached = true; reached; ++call) {
            std::uint64_t calls = 0;
            Watch watch;
            watch.before = [&](const TracedCall&) { return calls++ == call ? next : GoOn{}; };
            run(body, watch);
            reached = calls > call;
            look(call);
        }
        return call - 1;
    }

  private:
    static bool changes_files(const TracedCall& call) {
        switch (call.number()) {
            case SYS_write:
                return call.descriptor(0) > STDERR_FILENO;
            case SYS_pwrite64:
            case SYS_ftruncate:
            case SYS_fsync:
            case SYS_fdatasync:
            case SYS_syncfs:
            case SYS_mkdirat:
            case SYS_unlinkat:
            case SYS_renameat2:
#ifdef SYS_rename  // not where these came with the -at form from the beginning
            case SYS_rename:
            case SYS_link:
            case SYS_unlink:
            case SYS_mkdir:
#endif
                return true;
            default:
                return call.creates();
        }
    }

    static bool follow(pid_t child, const Watch& watch) {
        Inside inside;
        int signal = 0;
        while (true) {
            ::ptrace(PTRACE_SYSCALL, child, nullptr, signal);
            int status = 0;
            ASSERT(::waitpid(child, &status, 0) == child);
            if (WIFSIGNALED(status)) return false;
            if (WIFEXITED(status)) {
                ASSERT(WEXITSTATUS(status) == 0);
                return true;
            }
            signal = WSTOPSIG(status);
            if (signal != (SIGTRAP | 0x80)) continue;
            signal = 0;
            look(child, watch, inside);
        }
    }

    struct Inside {
        std::optional<TracedCall> call;
        std::optional<Fail> fail;
    };

    static void look(pid_t child, const Watch& watch, Inside& inside) {
        __ptrace_syscall_info info{};
        ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            inside.call.emplace(child, static_cast<long>(info.entry.nr), info.entry.args);
            if (changes_files(*inside.call)) {
                enter(child, watch, inside);
            } else {
                inside.call.reset();
            }
            return;
        }
        if (inside.fail) set_result(child, -inside.fail->error_number);
        if (inside.call && !inside.fail && watch.after && info.exit.is_error == 0) {
            watch.after(*inside.call, info.exit.rval);
        }
        inside = {};
    }

    static void enter(pid_t child, const Watch& watch, Inside& inside) {
        if (!watch.before) return;
        const Next next = watch.before(*inside.call);
        if (std::holds_alternative<Kill>(next)) ::kill(child, SIGKILL);
        if (const Fail* fail = std::get_if<Fail>(&next)) {
            inside.fail = *fail;
            set_number(child, -1);
        }
    }

#if defined(__x86_64__)
    static void set_number(pid_t child, long number) {
        change(child, &user_regs_struct::orig_rax, number);
    }
    static void set_result(pid_t child, long result) {
        change(child, &user_regs_struct::rax, result);
    }
    template <class Register>
    static void change(pid_t child, Register which, long value) {
        user_regs_struct registers{};
        ASSERT(::ptrace(PTRACE_GETREGS, child, nullptr, &registers) == 0);
        registers.*which = static_cast<unsigned long long>(value);
        ASSERT(::ptrace(PTRACE_SETREGS, child, nullptr, &registers) == 0);
    }
#else
    static void set_number(pid_t, long) { ASSERT(kCanFail); }
    static void set_result(pid_t, long) {}
#endif
};

}  // namespace iwant::platform
