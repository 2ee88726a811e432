#pragma once

// What was asked for by players only. It lies in a hidden folder below the download folder, and
// goes when there is more of it than the settings allow, what was not read for longest first.
// Whatever somebody reads stays, and so does what somebody wants to have after all: that is moved
// into the download folder. Event thread.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/swarm/types.h"

namespace iwant::daemon {

std::filesystem::path stream_folder(const std::filesystem::path& download_folder);
bool is_stream_folder(const std::filesystem::path& folder);

/// Removes the files of a stream folder but for these names. Any thread.
void remove_streams_but(const std::filesystem::path& folder, const std::set<std::string>& names);

class StreamCache {
  public:
    /// What was read within this time stays: players close and connect again when people seek.
    static constexpr Duration kUnread = std::chrono::seconds(60);
    static constexpr Duration kLookEach = std::chrono::seconds(10);

    struct World {
        std::function<std::vector<swarm::DownloadStatus>()> downloads;
        /// Out of the list, with its parts.
        std::function<void(DownloadId)> cancel;
        /// remove_streams_but, soon.
        std::function<void(std::set<std::string>)> remove_but;
    };

    StreamCache(std::uint64_t bytes_max, World world)
        : bytes_max_(bytes_max), world_(std::move(world)) {}

    /// About once a second; `read`: the contents of files that somebody reads now.
    void tick(const std::vector<Hash256>& read, Time now);

  private:
    void look(Time now);
    std::vector<swarm::DownloadStatus> longest_unread_first(
        const std::vector<swarm::DownloadStatus>& all, Time now);

    const std::uint64_t bytes_max_;
    const World world_;
    std::map<Hash256, Time> last_read_;
    std::optional<Time> next_look_;
    std::set<std::string> left_;  ///< files, as of the last removal
    bool removed_once_ = false;
};

}  // namespace iwant::daemon
