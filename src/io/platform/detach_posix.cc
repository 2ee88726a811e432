#include <array>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "io/platform/posix_calls.h"
#include "io/platform/process.h"

namespace iwant::platform {

namespace {

void print_to_stderr(std::string_view text) {
    while (!text.empty()) {
        const ssize_t put =
            restarted([&] { return ::write(STDERR_FILENO, text.data(), text.size()); });
        if (put <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

std::string read_report(int socket) {
    std::string report;
    std::array<char, 1024> buffer{};
    while (true) {
        const ssize_t got = restarted([&] { return ::read(socket, buffer.data(), buffer.size()); });
        if (got <= 0) return report;
        report.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

/// Waits for the child's word: one byte of exit code, then the message.
[[noreturn]] void wait_and_exit(int socket, pid_t child) {
    const std::string report = read_report(socket);
    if (report.empty()) {
        int status = 0;
        restarted([&] { return ::waitpid(child, &status, WNOHANG); });
        print_to_stderr("error: the service ended while it was starting; see its log\n");
        ::_exit(1);
    }
    if (report.size() > 1) print_to_stderr(report.substr(1) + "\n");
    ::_exit(static_cast<unsigned char>(report.front()));
}

void leave_terminal() {
    ::setsid();
    const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!nothing.is_open()) return;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(nothing.get(), standard);
    }
}

}  // namespace

Result<Detached> Detached::detach() {
    std::array<int, 2> sockets{};
    // A socket and not a pipe: writing to a parent that was interrupted must not raise SIGPIPE.
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        return last_error("detach");
    }
    Descriptor parent_end(sockets[0]);
    Descriptor child_end(sockets[1]);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) return last_error("detach");
    if (child > 0) {
        child_end = Descriptor();
        wait_and_exit(parent_end.get(), child);
    }
    leave_terminal();
    return Detached(child_end.release());
}

void Detached::report(int exit_code, const char* message) {
    if (pipe_ < 0) return;
    std::string text(1, static_cast<char>(exit_code));
    if (exit_code != 0 && *message != '\0') text += "error: ";
    text += message;
    ::send(pipe_, text.data(), text.size(), MSG_NOSIGNAL);
    ::close(std::exchange(pipe_, -1));
}

Detached::Detached(Detached&& other) noexcept : pipe_(std::exchange(other.pipe_, -1)) {}

Detached::~Detached() {
    if (pipe_ >= 0) ::close(pipe_);
}

}  // namespace iwant::platform
