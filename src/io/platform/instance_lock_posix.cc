#include <charconv>
#include <thread>

#include <fcntl.h>

#include "io/platform/instance_lock.h"
#include "io/platform/posix_calls.h"
#include "io/platform/process.h"

namespace iwant::platform {

namespace {

/// A lock just taken has no process number in its file for an instant.
constexpr int kReadAttempts = 100;
constexpr std::chrono::milliseconds kReadPause{1};

/// The lock file may be removed between opening and locking it.
constexpr int kTakeAttempts = 10;

/// Open-file-description locks: they end with the process, and unlike classic POSIX locks they
/// neither end when this process closes the file elsewhere, nor is asking about one the same as
/// taking it.
bool lock(int descriptor) {
    struct flock request{};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    return restarted([&] { return ::fcntl(descriptor, F_OFD_SETLK, &request); }) == 0;
}

bool is_locked_by_other(int descriptor) {
    struct flock request{};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    return ::fcntl(descriptor, F_OFD_GETLK, &request) == 0 && request.l_type != F_UNLCK;
}

std::optional<int> written_process(const std::filesystem::path& file) {
    const auto text = read_small_file(file, 32);
    int process = 0;
    if (!text) return std::nullopt;
    std::from_chars(text->data(), text->data() + text->size(), process);
    if (process <= 0) return std::nullopt;
    return process;
}

Result<void> write_process(const File& file) {
    const std::string text = std::to_string(process_id()) + "\n";
    if (auto emptied = file.resize(0); !emptied) return emptied;
    return file.write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Error held_by_other(const std::filesystem::path& file) {
    const auto process = InstanceLock::holder(file);
    const std::string who = process ? "process " + std::to_string(*process) : "another process";
    return Error{ErrorCode::busy, "lock " + file.string(),
                 who + " is already running with this folder"};
}

bool is_at(const File& file, const std::filesystem::path& path) {
    const auto held = file.info();
    const auto found = info_of(path);
    return held && found && held->stamp.inode == found->stamp.inode &&
           held->stamp.device == found->stamp.device;
}

}  // namespace

Result<InstanceLock> InstanceLock::take(const std::filesystem::path& file) {
    for (int attempt = 0; attempt < kTakeAttempts; ++attempt) {
        const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
        Descriptor descriptor(restarted([&] { return ::open(file.c_str(), flags, 0600); }));
        if (!descriptor.is_open()) return last_error("lock " + file.string());
        auto opened = regular_file(std::move(descriptor), file.string());
        if (!opened) return failure(std::move(opened));
        if (!lock(opened->descriptor())) {
            if (errno == EAGAIN || errno == EACCES) return std::unexpected(held_by_other(file));
            return last_error("lock " + file.string());
        }
        if (!is_at(*opened, file)) continue;
        if (auto written = write_process(*opened); !written) return failure(std::move(written));
        return InstanceLock(std::move(*opened));
    }
    return failure(ErrorCode::busy, "lock " + file.string(), "something keeps removing it");
}

std::optional<int> InstanceLock::holder(const std::filesystem::path& file) {
    const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const Descriptor descriptor(restarted([&] { return ::open(file.c_str(), flags); }));
    if (!descriptor.is_open()) return std::nullopt;
    for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
        if (!is_locked_by_other(descriptor.get())) return std::nullopt;
        if (const auto process = written_process(file)) return process;
        std::this_thread::sleep_for(kReadPause);
    }
    return std::nullopt;
}

}  // namespace iwant::platform
