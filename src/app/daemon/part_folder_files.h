#pragma once

// The files of a download under construction: each is made when its first piece comes, and a few
// are held open. A file that was not made here (or recognised after a restart) is never written on:
// it is unlinked and made anew, so that a link that somebody put there leads nowhere.

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

/// Below the download folder: where the part folders of all downloads are.
inline constexpr std::string_view kPartsFolder = ".iwant-parts";
/// The name of what is under construction within a part folder.
inline constexpr std::string_view kPartContent = "content";

/// Where a planned file lies below the part folder.
std::string part_path(const swarm::PlannedFile& file);

class PartFiles {
  public:
    static constexpr std::size_t kOpenMax = 64;
    /// Files from this size on are written past the system's cache: such a one would fill it with
    /// what nobody may ever read again, and whoever does is served by the disk.
    static constexpr std::uint64_t kBypassBytesMin = std::uint64_t{64} << 20;
    using SharedFile = std::shared_ptr<const platform::File>;

    /// Both outlive it.
    PartFiles(const platform::Folder& folder, const swarm::Plan& plan);

    /// Says that a file is there and ours.
    void recognise(FileIndex file);
    /// The opposite: it is made anew before it is written on.
    void disown(FileIndex file);
    /// The file, made when it is not there. It stays open for the next piece, if it has more than
    /// one. Any thread; who opens another file meanwhile does not wait for it.
    Result<SharedFile> open(FileIndex file);
    /// Nothing more is written to it: it need not be held open.
    void put_away(FileIndex file);
    /// Later opens fail with ErrorCode::cancelled.
    void close();

  private:
    struct Open {
        SharedFile file;
        std::uint64_t last_use = 0;
    };

    Result<platform::File> make(const swarm::PlannedFile& file);
    void make_room();

    const platform::Folder& folder_;
    const swarm::Plan& plan_;
    // Fetch threads write pieces of the same files; the file is needed at once, so a post would not
    // do.
    std::mutex mutex_;
    std::condition_variable opened_;
    std::set<FileIndex> opening_;  ///< by one thread each, without the lock
    std::vector<bool> ours_;       ///< by FileIndex
    std::map<FileIndex, Open> open_;
    std::uint64_t uses_ = 0;
    bool closed_ = false;
};

/// Looks at many files below a folder, in order of their paths: the folder of the last one is held,
/// so that each look is one system call.
class PartLook {
  public:
    /// `folder` outlives it.
    explicit PartLook(const platform::Folder& folder) : folder_(folder) {}
    Result<platform::FileInfo> info_of(const std::string& path);

  private:
    const platform::Folder& folder_;
    std::string parent_path_;
    std::optional<platform::Folder> parent_;
};

}  // namespace iwant::daemon
