#pragma once

// What the POSIX sources of this module share: descriptors that close themselves, restarts after
// signals, and the system's description of a file turned into ours. Included by *_posix.cc and
// *_linux.cc only.

#include <cerrno>
#include <string>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::platform {

/// Owns one descriptor.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }

    int get() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    int release() { return std::exchange(number_, -1); }

  private:
    void reset() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

    int number_ = -1;
};

/// Calls again for as long as a signal interrupted the call.
template <class Call>
auto restarted(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

FileInfo to_file_info(const struct stat& status);

/// The failure of the call just made, from errno.
inline std::unexpected<Error> last_error(std::string operation) {
    return std::unexpected(system_error(errno, std::move(operation)));
}

/// Takes over a descriptor just opened if it is a regular file; ErrorCode::changed when it is
/// something else.
Result<File> regular_file(Descriptor descriptor, std::string path);

}  // namespace iwant::platform
