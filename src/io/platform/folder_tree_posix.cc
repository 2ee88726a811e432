#include <cstdio>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>

#include "io/platform/folder_tree.h"
#include "io/platform/posix_calls.h"

namespace iwant::platform {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// A new reading position in the folder `name` below `parent`; null with errno.
Directory open_directory(int parent, const std::string& name) {
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor descriptor(restarted([&] { return ::openat(parent, name.c_str(), flags); }));
    if (!descriptor.is_open()) return nullptr;
    Directory directory(::fdopendir(descriptor.get()));
    if (directory) descriptor.release();
    return directory;
}

/// The next entry's name; nothing at the end (errno 0) or on an error.
std::optional<std::string> next_name(DIR* directory) {
    while (true) {
        errno = 0;
        const dirent* entry = ::readdir(directory);
        if (entry == nullptr) return std::nullopt;
        std::string name = entry->d_name;
        if (name != "." && name != "..") return name;
    }
}

struct Level {
    Directory directory;
    std::string name;
    bool removed_something = false;
};

class TreeRemoval {
  public:
    explicit TreeRemoval(int parent) : parent_(parent) {}

    int run(const std::string& name) {
        if (enter(parent_, name) != 0) return -1;
        while (!levels_.empty()) {
            if (step() != 0) return -1;
        }
        return 0;
    }

  private:
    int enter(int parent, const std::string& name) {
        if (levels_.size() >= kRemoveDepthMax) {
            errno = EMFILE;
            return -1;
        }
        Directory directory = open_directory(parent, name);
        if (!directory) return -1;
        levels_.push_back({std::move(directory), name});
        return 0;
    }

    int step() {
        Level& level = levels_.back();
        const auto name = next_name(level.directory.get());
        if (name) return remove(level, *name);
        return errno == 0 ? leave() : -1;
    }

    int remove(Level& level, const std::string& name) {
        const int folder = ::dirfd(level.directory.get());
        level.removed_something = true;
        if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return 0;
        // A folder: Linux says EISDIR, POSIX EPERM. Anything else fails to be entered as well.
        if (errno != EISDIR && errno != EPERM) return -1;
        return enter(folder, name);
    }

    int leave() {
        Level& level = levels_.back();
        const int parent =
            levels_.size() == 1 ? parent_ : ::dirfd(levels_[levels_.size() - 2].directory.get());
        if (::unlinkat(parent, level.name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
            // Entries removed under the reader may have hidden others from it: it reads again.
            if (errno != ENOTEMPTY || !level.removed_something) return -1;
            level.removed_something = false;
            ::rewinddir(level.directory.get());
            return 0;
        }
        levels_.pop_back();
        return 0;
    }

    int parent_;
    std::vector<Level> levels_;
};

int move_file_in_steps(int from_folder, const std::string& from, int to_folder,
                       const std::string& to) {
    if (::linkat(from_folder, from.c_str(), to_folder, to.c_str(), 0) != 0) return -1;
    if (::unlinkat(from_folder, from.c_str(), 0) == 0) return 0;
    const int number = errno;
    ::unlinkat(to_folder, to.c_str(), 0);
    errno = number;
    return -1;
}

int move_folder_in_steps(int from_folder, const std::string& from, int to_folder,
                         const std::string& to) {
    if (::mkdirat(to_folder, to.c_str(), 0700) != 0) return -1;
    // rename(2) replaces a folder only while it is empty, in one step, so nothing can be lost.
    if (::renameat(from_folder, from.c_str(), to_folder, to.c_str()) == 0) return 0;
    const int number = errno;
    ::unlinkat(to_folder, to.c_str(), AT_REMOVEDIR);
    errno = number;
    return -1;
}

}  // namespace

Result<void> list_folder(int folder, const std::string& path,
                         const std::function<bool(FolderEntry)>& visit) {
    const Directory directory = open_directory(folder, ".");
    if (!directory) return last_error("list " + path);
    while (auto name = next_name(directory.get())) {
        struct stat status{};
        FolderEntry entry{std::move(*name), {}};
        if (::fstatat(folder, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
            entry.info = to_file_info(status);
        } else if (errno == ENOENT) {
            continue;
        }
        if (!visit(std::move(entry))) return {};
    }
    if (errno != 0) return last_error("list " + path);
    return {};
}

int rename_in_steps(int from_folder, const std::string& from, int to_folder,
                    const std::string& to) {
    struct stat status{};
    if (::fstatat(from_folder, from.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return -1;
    return S_ISDIR(status.st_mode) ? move_folder_in_steps(from_folder, from, to_folder, to)
                                   : move_file_in_steps(from_folder, from, to_folder, to);
}

int remove_tree_at(int parent, const std::string& name) {
    return TreeRemoval(parent).run(name);
}

}  // namespace iwant::platform
