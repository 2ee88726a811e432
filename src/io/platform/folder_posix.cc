#include <algorithm>

#include <dirent.h>
#include <fcntl.h>
#include <sys/statvfs.h>

#include "io/platform/folder.h"
#include "io/platform/folder_calls.h"
#include "io/platform/folder_tree.h"
#include "io/platform/posix_calls.h"

namespace iwant::platform {

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr int kFileFlags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool is_safe_component(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find('\0') == std::string_view::npos;
}

Result<void> check_relative(std::string_view relative, const std::string& operation) {
    std::string_view rest = relative;
    while (true) {
        const std::size_t slash = rest.find('/');
        if (!is_safe_component(rest.substr(0, slash))) {
            return failure(ErrorCode::unsafe_name, operation,
                           "the path must be plain names with '/' between them");
        }
        if (slash == std::string_view::npos) return {};
        rest.remove_prefix(slash + 1);
    }
}

bool is_symlink(int folder, const std::string& name) {
    struct stat status{};
    return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(status.st_mode);
}

/// openat for one component; a symlink is always ELOOP, where systems differ.
int open_component(int folder, const std::string& name, int flags, unsigned mode) {
    const int opened = restarted(
        [&] { return ::openat(folder, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode); });
    if (opened < 0 && (errno == ENOTDIR || errno == EMLINK)) {
        const int number = errno;
        errno = is_symlink(folder, name) ? ELOOP : number;
    }
    return opened;
}

/// Opens component after component, each without following a link, holding the last folder open.
int open_by_walk(int root, std::string_view relative, int flags, unsigned mode) {
    Descriptor held;
    int folder = root;
    for (std::size_t slash; (slash = relative.find('/')) != std::string_view::npos;) {
        Descriptor next(
            open_component(folder, std::string(relative.substr(0, slash)), kFolderFlags, 0));
        if (!next.is_open()) return -1;
        held = std::move(next);
        folder = held.get();
        relative.remove_prefix(slash + 1);
    }
    return open_component(folder, std::string(relative), flags, mode);
}

/// An error about a path below a held folder: leaving it, by link or mount, is a matter of safety.
Error folder_error(int number, std::string operation) {
    if (number == EXDEV) number = ELOOP;
    return system_error(number, std::move(operation));
}

Result<void> fail_unless(bool done, std::string operation) {
    if (done) return {};
    return std::unexpected(folder_error(errno, std::move(operation)));
}

}  // namespace

struct Folder::Place {
    Descriptor owned;  ///< closed when the parent is the folder itself
    int folder = -1;
    std::string name;
    std::string operation;
};

Folder::Folder(int descriptor, std::string path, FolderCalls calls)
    : descriptor_(descriptor), path_(std::move(path)), calls_(calls) {}

Folder::~Folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Folder::Folder(Folder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      calls_(other.calls_) {}

Folder& Folder::operator=(Folder&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = std::exchange(other.descriptor_, -1);
        path_ = std::move(other.path_);
        calls_ = other.calls_;
    }
    return *this;
}

Result<Folder> Folder::open(const std::filesystem::path& path, FolderCalls calls) {
    const int descriptor = restarted([&] { return ::open(path.c_str(), kFolderFlags); });
    if (descriptor < 0) return last_error("open " + path.string());
    return Folder(descriptor, path.string(), calls);
}

Result<Folder> Folder::open_or_create(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return std::unexpected(system_error(error.value(), "create " + path.string()));
    return open(path);
}

Result<FileInfo> Folder::info() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return last_error("look at " + path_);
    return to_file_info(status);
}

bool Folder::is_still_at_its_path() const {
    struct stat held{};
    struct stat found{};
    return ::fstat(descriptor_, &held) == 0 && ::stat(path_.c_str(), &found) == 0 &&
           held.st_nlink > 0 && held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

std::string Folder::describe(std::string_view relative) const {
    return path_ + "/" + std::string(relative);
}

Result<int> Folder::open_beneath(std::string_view relative, int flags, unsigned mode) const {
    const std::string operation = "open " + describe(relative);
    if (auto safe = check_relative(relative, operation); !safe) return failure(std::move(safe));
    std::optional<int> opened;
    if (calls_ == FolderCalls::newest) {
        opened = open_beneath_in_one_step(descriptor_, std::string(relative), flags, mode);
    }
    if (!opened) opened = open_by_walk(descriptor_, relative, flags, mode);
    if (*opened < 0) return std::unexpected(folder_error(errno, operation));
    return *opened;
}

Result<Folder::Place> Folder::place_of(std::string_view relative, std::string operation) const {
    operation += " " + describe(relative);
    if (auto safe = check_relative(relative, operation); !safe) return failure(std::move(safe));
    Place place{{}, descriptor_, std::string(relative), std::move(operation)};
    const std::size_t slash = relative.rfind('/');
    if (slash == std::string_view::npos) return place;
    auto parent = open_beneath(relative.substr(0, slash), kFolderFlags, 0);
    if (!parent) {
        return failure(parent.error().code, place.operation, parent.error().message);
    }
    place.owned = Descriptor(*parent);
    place.folder = *parent;
    place.name = relative.substr(slash + 1);
    return place;
}

Result<Folder> Folder::open_folder(std::string_view relative) const {
    auto opened = open_beneath(relative, kFolderFlags, 0);
    if (!opened) return failure(std::move(opened));
    return Folder(*opened, describe(relative), calls_);
}

Result<FileInfo> Folder::info_of(std::string_view relative) const {
    auto place = place_of(relative, "look at");
    if (!place) return failure(std::move(place));
    struct stat status{};
    if (::fstatat(place->folder, place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return std::unexpected(folder_error(errno, place->operation));
    }
    return to_file_info(status);
}

Result<void> Folder::make_folder(std::string_view relative, unsigned mode) const {
    auto place = place_of(relative, "create");
    if (!place) return failure(std::move(place));
    return fail_unless(::mkdirat(place->folder, place->name.c_str(), mode) == 0, place->operation);
}

Result<File> Folder::create_file(std::string_view relative, unsigned mode) const {
    auto opened = open_beneath(relative, O_RDWR | O_CREAT | O_EXCL | kFileFlags, mode);
    if (!opened) {
        return failure(opened.error().code, "create " + describe(relative), opened.error().message);
    }
    return File(*opened, describe(relative));
}

Result<File> Folder::open_file_for_writing(std::string_view relative) const {
    auto opened = open_beneath(relative, O_RDWR | kFileFlags, 0);
    if (opened) return regular_file(Descriptor(*opened), describe(relative));
    // A folder (EISDIR) or a socket (ENXIO) cannot even be opened like this.
    if (auto seen = info_of(relative);
        seen && seen->kind != FileKind::file && seen->kind != FileKind::symlink) {
        return failure(ErrorCode::changed, "open " + describe(relative),
                       "it is not a regular file");
    }
    return failure(std::move(opened));
}

Result<File> Folder::open_file_for_reading(std::string_view relative) const {
    auto opened = open_beneath(relative, O_RDONLY | kFileFlags, 0);
    if (!opened) return failure(std::move(opened));
    return regular_file(Descriptor(*opened), describe(relative));
}

Result<void> Folder::set_executable(std::string_view relative) const {
    auto file = open_file_for_reading(relative);
    if (!file) return failure(std::move(file));
    struct stat status{};
    if (::fstat(file->descriptor(), &status) != 0) return last_error("look at " + file->path());
    // Whoever may read it may run it.
    const mode_t readers = status.st_mode & 0444;
    const mode_t mode = (status.st_mode & 0777) | readers >> 2;
    return fail_unless(::fchmod(file->descriptor(), mode) == 0, "make executable " + file->path());
}

Result<void> Folder::move_to(std::string_view relative, const Folder& target,
                             std::string_view target_relative) const {
    auto from = place_of(relative, "move");
    if (!from) return failure(std::move(from));
    auto to = target.place_of(target_relative, "move " + describe(relative) + " to");
    if (!to) return failure(std::move(to));
    std::optional<int> renamed;
    if (calls_ == FolderCalls::newest) {
        renamed = rename_in_one_step(from->folder, from->name, to->folder, to->name);
    }
    if (!renamed) renamed = rename_in_steps(from->folder, from->name, to->folder, to->name);
    if (*renamed != 0) return std::unexpected(system_error(errno, to->operation));
    return {};
}

Result<void> Folder::remove_file(std::string_view relative) const {
    auto place = place_of(relative, "remove");
    if (!place) return failure(std::move(place));
    return fail_unless(::unlinkat(place->folder, place->name.c_str(), 0) == 0, place->operation);
}

Result<void> Folder::remove_empty_folder(std::string_view relative) const {
    auto place = place_of(relative, "remove");
    if (!place) return failure(std::move(place));
    const bool removed = ::unlinkat(place->folder, place->name.c_str(), AT_REMOVEDIR) == 0;
    return fail_unless(removed, place->operation);
}

Result<void> Folder::remove_tree(std::string_view relative) const {
    auto place = place_of(relative, "remove");
    if (!place) return failure(std::move(place));
    return fail_unless(remove_tree_at(place->folder, place->name) == 0, place->operation);
}

Result<void> Folder::list(const std::function<bool(FolderEntry)>& visit) const {
    return list_folder(descriptor_, path_, visit);
}

Result<void> Folder::sync() const {
    // Some file systems cannot sync a folder; its names are then as durable as they get.
    const bool done = restarted([&] { return ::fsync(descriptor_); }) == 0 || errno == EINVAL;
    return fail_unless(done, "save " + path_);
}

Result<bool> Folder::sync_file_system() const {
    const std::optional<int> done = sync_file_system_of(descriptor_);
    if (!done) return false;
    if (auto synced = fail_unless(*done == 0, "save what is in " + path_); !synced) {
        return std::unexpected(synced.error());
    }
    return true;
}

Result<std::uint64_t> Folder::free_bytes() const {
    struct statvfs status{};
    if (restarted([&] { return ::fstatvfs(descriptor_, &status); }) != 0) {
        return last_error("look at " + path_);
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace iwant::platform
