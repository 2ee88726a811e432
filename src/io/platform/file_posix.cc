#include <algorithm>

#include <fcntl.h>

#include "io/platform/posix_calls.h"

namespace iwant::platform {

namespace {

/// Linux moves at most 2^31 - 4096 bytes in one call.
constexpr std::size_t kTransferMax = std::size_t{1} << 30;
/// Two threads that write one file take turns at this, and it is a size of memory that the system
/// has at hand (doc/benchmarks.md, "swarm").
constexpr std::size_t kWriteMax = std::size_t{128} << 10;

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// False with errno when it fails.
bool write_all(int descriptor, std::uint64_t offset, std::span<const std::uint8_t> bytes,
               std::size_t call_bytes_max) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t size = std::min(bytes.size() - done, call_bytes_max);
        const ssize_t put = restarted([&] {
            return ::pwrite(descriptor, bytes.data() + done, size,
                            static_cast<off_t>(offset + done));
        });
        if (put < 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

}  // namespace

FileInfo to_file_info(const struct stat& status) {
    FileInfo info;
    if (S_ISREG(status.st_mode)) info.kind = FileKind::file;
    if (S_ISDIR(status.st_mode)) info.kind = FileKind::folder;
    if (S_ISLNK(status.st_mode)) info.kind = FileKind::symlink;
    info.stamp.size_bytes = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
    info.stamp.modified_ns = nanoseconds(status.st_mtim);
    info.stamp.changed_ns = nanoseconds(status.st_ctim);
    info.stamp.inode = status.st_ino;
    info.stamp.device = status.st_dev;
    info.space_bytes = static_cast<std::uint64_t>(status.st_blocks) * 512;
    info.executable = info.kind == FileKind::file && (status.st_mode & S_IXUSR) != 0;
    return info;
}

Result<File> regular_file(Descriptor descriptor, std::string path) {
    struct stat status{};
    if (::fstat(descriptor.get(), &status) != 0) return last_error("open " + path);
    if (!S_ISREG(status.st_mode)) {
        return failure(ErrorCode::changed, "open " + path, "it is not a regular file");
    }
    return File(descriptor.release(), std::move(path));
}

Result<File> File::open_for_reading(const std::filesystem::path& path) {
    // Merely opening some devices does something, so a look comes first; the look at the open
    // descriptor then settles what was opened.
    const auto seen = info_of(path);
    if (!seen)
        return std::unexpected(
            Error{seen.error().code, "open " + path.string(), seen.error().message});
    if (seen->kind != FileKind::file) {
        return failure(ErrorCode::changed, "open " + path.string(), "it is not a regular file");
    }
    return open_seen_for_reading(path);
}

Result<File> File::open_seen_for_reading(const std::filesystem::path& path) {
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor descriptor(restarted([&] { return ::open(path.c_str(), flags); }));
    if (!descriptor.is_open()) return last_error("open " + path.string());
    return regular_file(std::move(descriptor), path.string());
}

File::File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

File::~File() {
    close();
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      past_cache_(std::exchange(other.past_cache_, -1)),
      block_bytes_(other.block_bytes_) {}

File& File::operator=(File&& other) noexcept {
    if (this != &other) {
        close();
        descriptor_ = std::exchange(other.descriptor_, -1);
        path_ = std::move(other.path_);
        past_cache_ = std::exchange(other.past_cache_, -1);
        block_bytes_ = other.block_bytes_;
    }
    return *this;
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const std::size_t size = std::min(into.size() - done, kTransferMax);
        const ssize_t got = restarted([&] {
            return ::pread(descriptor_, into.data() + done, size,
                           static_cast<off_t>(offset + done));
        });
        if (got < 0) return last_error("read " + path_);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<void> File::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const {
    // What cannot go past the cache goes through it, and what fails there fails for good.
    std::size_t done = bytes_past_cache(offset, bytes);
    if (done > 0 && !write_all(past_cache_, offset, bytes.first(done), kTransferMax)) done = 0;
    if (write_all(descriptor_, offset + done, bytes.subspan(done), kWriteMax)) return {};
    return last_error("write " + path_);
}

std::size_t File::bytes_past_cache(std::uint64_t offset,
                                   std::span<const std::uint8_t> bytes) const {
    const auto aligned = [&](std::uint64_t number) { return number % block_bytes_ == 0; };
    if (past_cache_ < 0 || !aligned(offset) ||
        !aligned(reinterpret_cast<std::uintptr_t>(bytes.data()))) {
        return 0;
    }
    return bytes.size() - bytes.size() % block_bytes_;
}

Result<void> File::sync() const {
    if (restarted([&] { return ::fdatasync(descriptor_); }) != 0)
        return last_error("save " + path_);
    return {};
}

Result<FileInfo> File::info() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return last_error("look at " + path_);
    return to_file_info(status);
}

Result<void> File::resize(std::uint64_t size_bytes) const {
    const auto size = static_cast<off_t>(size_bytes);
    if (restarted([&] { return ::ftruncate(descriptor_, size); }) != 0) {
        return last_error("resize " + path_);
    }
    return {};
}

void File::will_read(std::uint64_t offset, std::uint64_t length_bytes) const {
    ::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(length_bytes),
                    POSIX_FADV_WILLNEED);
}

void File::close() {
    for (int* const descriptor : {&descriptor_, &past_cache_}) {
        if (*descriptor >= 0) ::close(*descriptor);
        *descriptor = -1;
    }
}

Result<FileInfo> info_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return last_error("look at " + path.string());
    return to_file_info(status);
}

}  // namespace iwant::platform
