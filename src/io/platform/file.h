#pragma once

// Files of the operating system behind one small class. Reads and writes name their offset, so a
// File can be used by several threads at once. Errors name the path and say what the user can do.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace iwant::platform {

enum class FileKind : std::uint8_t { file, folder, symlink, other };

/// What tells one state of a file from another: when all of it is equal, the content is taken for
/// unchanged.
struct FileStamp {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;  ///< since 1970
    std::int64_t changed_ns = 0;   ///< of the inode
    std::uint64_t inode = 0;
    std::uint64_t device = 0;

    UnixSeconds modified() const { return modified_ns / 1'000'000'000; }
    bool operator==(const FileStamp&) const = default;
};

struct FileInfo {
    FileKind kind = FileKind::other;
    FileStamp stamp;
    bool executable = false;
    std::uint64_t space_bytes = 0;  ///< taken on the disk
};

/// Blocks of disks are a power of two of at most so many bytes.
inline constexpr std::size_t kBlockBytesMax = 4096;

class File {
  public:
    /// Opens a regular file for reading without following a symlink at its end and without ever
    /// blocking on a FIFO or device (those are refused with ErrorCode::changed).
    static Result<File> open_for_reading(const std::filesystem::path& path);
    /// The same for a path at which the caller saw a regular file just now.
    static Result<File> open_seen_for_reading(const std::filesystem::path& path);

    File() = default;
    /// Takes over an open descriptor; `path` is only for messages.
    File(int descriptor, std::string path);
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    bool is_open() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }
    const std::string& path() const { return path_; }

    /// Reads until `into` is full or the file ends; returns the bytes read.
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
    /// Writes all of it.
    Result<void> write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) const;
    /// From now on whole blocks go straight to the disk, not through the system's cache, if their
    /// memory is aligned like one: a copy less, and what other programs have in the cache stays.
    /// False, and nothing changes, where the file system does not say that it can.
    bool bypass_cache();
    /// Takes the space of so many bytes, which read as zeros: they lie together then, and several
    /// threads can write them past the cache at once. Where that cannot be done nothing changes.
    void take_space(std::uint64_t size_bytes) const;
    /// Makes the data durable (fdatasync).
    Result<void> sync() const;
    Result<FileInfo> info() const;
    /// Sets the length; new bytes read as zeros and take no space yet.
    Result<void> resize(std::uint64_t size_bytes) const;
    /// Tells the system that [offset, offset + length) will be read soon, in order. Never fails.
    void will_read(std::uint64_t offset, std::uint64_t length_bytes) const;
    void close();

  private:
    /// How many of the bytes can go past the cache.
    std::size_t bytes_past_cache(std::uint64_t offset, std::span<const std::uint8_t> bytes) const;

    int descriptor_ = -1;
    std::string path_;
    int past_cache_ = -1;  ///< the same file, for writing whole blocks of
    std::size_t block_bytes_ = 0;
};

/// What is at `path` itself (a symlink is not followed).
Result<FileInfo> info_of(const std::filesystem::path& path);

/// Reads a small file whole; ErrorCode::limit when it is larger.
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t bytes_max);

/// Replaces a small file of ours atomically and durably (temporary file, fsync, rename), with these
/// permissions (as chmod takes them).
Result<void> replace_file(const std::filesystem::path& path, std::string_view content,
                          unsigned mode);

/// An Error of the operating system: `number` is an errno value.
Error system_error(int number, std::string operation);

}  // namespace iwant::platform
