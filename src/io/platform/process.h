#pragma once

// The process itself: detaching from a terminal, priorities, limits.

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"

namespace iwant::platform {

/// Goes on in the background: the calling process ends with `parent_exit` when the child said
/// ready() or ended; the child has no terminal. Call before any thread is made.
class Detached {
  public:
    /// In the child: a handle to say how the start went. The parent never returns.
    static Result<Detached> detach();
    /// Lets the parent end with this exit code after printing `message` to stderr (0) or as an
    /// error.
    void report(int exit_code, const char* message);
    Detached(Detached&& other) noexcept;
    ~Detached();

  private:
    explicit Detached(int pipe) : pipe_(pipe) {}
    int pipe_;
};

/// No core dumps, no debugger of other users: keys live in this process. Never fails.
void protect_process_memory();
/// Raises the limit of open files as far as it goes. Never fails.
void raise_file_limit();
/// How many files and sockets this process may have open.
std::size_t file_limit();
/// How much memory this computer has.
std::size_t physical_memory_bytes();
/// The calling thread does background work: idle I/O class, lower CPU priority. Never fails.
void lower_thread_priority();
/// A clock that only goes forward and counts the time that the computer was suspended, so that who
/// slept knows it (CLOCK_BOOTTIME on Linux, CLOCK_MONOTONIC on macOS).
Time now();
/// Seconds since 1970.
UnixSeconds unix_now();
/// Of the local time of day, from 0 to 1439.
unsigned minute_of_day();
int process_id();
bool is_terminal(int descriptor);
/// Columns of the terminal on stderr, 80 when there is none.
std::size_t terminal_columns();
/// Bytes of secure randomness; stops the program when the system has none.
void fill_random(void* into, std::size_t size_bytes);
std::uint64_t random_u64();

}  // namespace iwant::platform
