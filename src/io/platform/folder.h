#pragma once

// A folder held open, and everything done below it relative to that handle: no symlink is ever
// followed, nothing is reached outside, nothing that exists is ever overwritten. This is how all
// downloads are made. On Linux: openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
// RESOLVE_NO_MAGICLINKS, with a walk of O_NOFOLLOW opens where the kernel lacks it. The root itself
// may be reached through a symlink.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::platform {

struct FolderEntry {
    std::string name;  ///< bytes as the system has them
    FileInfo info;
};

/// Which system calls do the work: the newest that there are, or those that every POSIX system has.
enum class FolderCalls : std::uint8_t { newest, portable };

class Folder {
  public:
    /// Opens an existing folder. Remembers which one it is.
    static Result<Folder> open(const std::filesystem::path& path,
                               FolderCalls calls = FolderCalls::newest);
    /// The same, after making it and its parents where they lack.
    static Result<Folder> open_or_create(const std::filesystem::path& path);

    ~Folder();
    Folder(Folder&& other) noexcept;
    Folder& operator=(Folder&& other) noexcept;

    const std::string& path() const { return path_; }
    Result<FileInfo> info() const;
    /// Whether the path that it was opened by still leads to this folder (not renamed, unmounted,
    /// replaced).
    bool is_still_at_its_path() const;

    // `relative` is one or more components with '/' between; "", ".", ".." and absolute paths are
    // refused with ErrorCode::unsafe_name.

    Result<Folder> open_folder(std::string_view relative) const;
    Result<FileInfo> info_of(std::string_view relative) const;
    /// Makes one folder (its parent exists); already_exists when something is there.
    Result<void> make_folder(std::string_view relative, unsigned mode = 0755) const;
    /// Makes a new file for reading and writing; already_exists when something is there, link or
    /// not.
    Result<File> create_file(std::string_view relative, unsigned mode = 0644) const;
    /// Opens a regular file for reading and writing; changed when it is something else.
    Result<File> open_file_for_writing(std::string_view relative) const;
    Result<File> open_file_for_reading(std::string_view relative) const;
    Result<void> set_executable(std::string_view relative) const;
    /// Moves `relative` (file or folder) to `target_relative` below `target`, only if nothing is
    /// there: already_exists otherwise. Falls back where the file system cannot do that in one
    /// step, never overwriting. Between two file systems it fails with ErrorCode::io and moves
    /// nothing.
    Result<void> move_to(std::string_view relative, const Folder& target,
                         std::string_view target_relative) const;
    Result<void> remove_file(std::string_view relative) const;
    /// Removes a folder only if nothing is in it; already_exists when something is.
    Result<void> remove_empty_folder(std::string_view relative) const;
    /// Removes a folder with all that is in it, without following links. ErrorCode::limit, with
    /// nothing outside touched, when it is more than 128 folders deep.
    Result<void> remove_tree(std::string_view relative) const;
    /// All entries, unsorted, without "." and "..". `visit` returns false to stop.
    Result<void> list(const std::function<bool(FolderEntry)>& visit) const;
    /// Makes the names in it durable (fsync of the folder).
    Result<void> sync() const;
    /// Makes all that was written to its file system durable, by whomever: for a few dozen new
    /// files much quicker than each by itself. False when the system has no such call. Linux 5.8
    /// and later report what could not be written since the folder was opened.
    Result<bool> sync_file_system() const;
    /// Bytes that this user can still write on its file system.
    Result<std::uint64_t> free_bytes() const;

  private:
    /// Where the last component of a relative path lives.
    struct Place;

    Folder(int descriptor, std::string path, FolderCalls calls);
    Result<int> open_beneath(std::string_view relative, int flags, unsigned mode) const;
    Result<Place> place_of(std::string_view relative, std::string operation) const;
    std::string describe(std::string_view relative) const;

    int descriptor_ = -1;
    std::string path_;
    FolderCalls calls_ = FolderCalls::newest;
};

}  // namespace iwant::platform
