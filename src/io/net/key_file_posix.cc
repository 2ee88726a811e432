#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/net/key_file.h"

namespace iwant::net {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

std::string quoted(const std::filesystem::path& path) {
    return "\"" + path.string() + "\"";
}

std::unexpected<Error> refused(const std::filesystem::path& path, std::string message) {
    return failure(ErrorCode::permission, "use the key file " + path.string(), std::move(message));
}

std::unexpected<Error> system_failure(const std::filesystem::path& path, int number) {
    const auto code = number == EACCES || number == EPERM || number == EROFS ? ErrorCode::permission
                      : number == ENOSPC || number == EDQUOT                 ? ErrorCode::no_space
                      : number == EEXIST ? ErrorCode::already_exists
                                         : ErrorCode::io;
    return failure(code, "use the key file " + path.string(),
                   std::generic_category().message(number));
}

std::string octal(mode_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
    return text;
}

Result<void> check_private(const std::filesystem::path& path, int descriptor) {
    struct stat info{};
    if (::fstat(descriptor, &info) != 0) return system_failure(path, errno);
    if (!S_ISREG(info.st_mode)) {
        return refused(path, "it is not a regular file; move it away to start as a new peer");
    }
    if (info.st_uid != ::geteuid()) {
        return refused(path, "it belongs to user " + std::to_string(info.st_uid) + ", not to " +
                                 std::to_string(::geteuid()) + "; if it is yours, run: chown " +
                                 std::to_string(::geteuid()) + " " + quoted(path));
    }
    if ((info.st_mode & 077) != 0) {
        return refused(path, "other users may use it (mode " + octal(info.st_mode) +
                                 "); run: chmod 600 " + quoted(path));
    }
    if (info.st_size > static_cast<off_t>(kKeyFileBytesMax)) {
        return refused(path, "it is far too large for a key; restore it from a backup");
    }
    return {};
}

Result<std::string> read_all(const std::filesystem::path& path, int descriptor) {
    std::string content(kKeyFileBytesMax, '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const ssize_t got = ::read(descriptor, content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_failure(path, errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    content.resize(size);
    return content;
}

Result<void> write_all(const std::filesystem::path& path, int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return system_failure(path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    if (::fsync(descriptor) != 0) return system_failure(path, errno);
    return {};
}

/// Gives a finished file its name without replacing anything.
Result<void> link_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return {};
    }
    const int reason = errno;
    const bool no_links = reason == EPERM || reason == ENOTSUP || reason == ENOSYS;
    struct stat existing{};
    // File systems without hard links (FAT, some network mounts): the state folder's lock keeps
    // other daemons out between the look and the rename.
    if (no_links && ::lstat(to.c_str(), &existing) != 0 && errno == ENOENT) {
        if (::rename(from.c_str(), to.c_str()) == 0) return {};
        return system_failure(to, errno);
    }
    return system_failure(to, reason);
}

void sync_folder(const std::filesystem::path& folder) {
    const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle.number() >= 0) ::fsync(handle.number());
}

}  // namespace

Result<std::optional<std::string>> read_key_file(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.number() < 0) {
        const int reason = errno;
        if (reason == ENOENT) return std::optional<std::string>();
        if (reason == ELOOP) {
            return refused(path, "it is a symbolic link; put the key file itself there");
        }
        if (reason == EACCES) {
            return refused(path,
                           "it may not be read; run: chmod 600 " + quoted(path) + " as its owner");
        }
        return system_failure(path, reason);
    }
    if (auto checked = check_private(path, file.number()); !checked) {
        return failure(std::move(checked));
    }
    auto content = read_all(path, file.number());
    if (!content) return failure(std::move(content));
    return std::optional(std::move(*content));
}

Result<void> create_key_file(const std::filesystem::path& path, std::string_view content) {
    auto temporary = path;
    temporary += ".new-" + std::to_string(::getpid());
    // A leftover of a killed start under the same process id.
    ::unlink(temporary.c_str());
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Result<void> done;
    {
        const Descriptor file(::open(temporary.c_str(), flags, 0600));
        if (file.number() < 0) return system_failure(path, errno);
        if (::fchmod(file.number(), 0600) != 0) done = system_failure(path, errno);
        if (done) done = write_all(path, file.number(), content);
    }
    if (done) done = link_into_place(temporary, path);
    if (!done) {
        ::unlink(temporary.c_str());
        return done;
    }
    sync_folder(path.parent_path());
    return {};
}

}  // namespace iwant::net
