#pragma once

// The files of a download under construction: each is made when its first piece comes, and a few
// are held open. A file that was not made here (or recognised after a restart) is never written on:
// it is unlinked and made anew, so that a link that somebody put there leads nowhere.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

/// The name of what is under construction within a part folder.
inline constexpr std::string_view kPartContent = "content";

/// Where a planned file lies below the part folder.
std::string part_path(const swarm::PlannedFile& file);

class PartFiles {
  public:
    static constexpr std::size_t kOpenMax = 64;
    using SharedFile = std::shared_ptr<const platform::File>;

    /// Both outlive it.
    PartFiles(const platform::Folder& folder, const swarm::Plan& plan);

    /// Says that a file is there and ours.
    void recognise(FileIndex file) { ours_[file.value] = true; }
    /// The file, made with its final size when it is not there. Any thread.
    Result<SharedFile> open(FileIndex file);
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
    std::vector<bool> ours_;  ///< by FileIndex
    std::map<FileIndex, Open> open_;
    std::uint64_t uses_ = 0;
    bool closed_ = false;
};

}  // namespace iwant::daemon
