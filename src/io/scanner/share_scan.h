#pragma once

// One share as the scanner's thread keeps it: whether its folder is still the one it was, what of
// it could not be watched, which names are announced by others; and how a walk or a changed path
// becomes reports.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "io/platform/folder.h"
#include "io/platform/watch.h"
#include "io/scanner/scanner.h"
#include "io/scanner/share_walk.h"

namespace iwant::scanner {

/// What all shares of a scanner work with; outlives them.
struct ScanWorld {
    platform::Watch& watch;
    ScanSink& sink;
    Logger& logger;
    ShareRules& rules;
    std::uint64_t next_walk = 1;
    /// Called between batches: takes in events; false when the walk is to be given up.
    std::function<bool()> goes_on;
    /// Stops watching a folder and all below, but for what another share has there.
    std::function<void(const std::filesystem::path&)> unwatch;
};

class ShareScan {
  public:
    ShareScan(Share share, ScanWorld& world) : share_(std::move(share)), world_(world) {}

    const Share& share() const { return share_; }

    bool wants_walk() const { return wants_walk_; }
    void want_walk() { wants_walk_ = true; }
    /// Whether it was walked, or found unreadable, since it was made.
    bool was_walked() const { return was_walked_; }
    void walk_all();

    /// Looks whether the share's folder is there and the one that it was; wants a walk when that
    /// changed.
    void check_folder();

    /// The path of the share that `path` lies at, relative; nothing when it is not in it or not
    /// shared.
    std::optional<std::string> relative(const std::filesystem::path& path) const;

    /// What came of looking at changed paths.
    struct Reports {
        std::vector<Subtree> there;
        std::vector<Subtree> gone;
        std::vector<std::string> look_above;  ///< folders that must be walked instead, relative
    };
    /// Looks at changed paths, relative to the share; folders are walked and told at once.
    void look_at(const std::vector<std::string>& paths, Reports& reports);

    std::size_t folders_unwatched() const { return unwatched_.size(); }
    /// What is noticed late, at most so late, why, and what mends it; empty when all is watched.
    std::string advice(Duration poll) const;
    /// Folders of which nothing is shared since their `.iwantignore` cannot be used, with the
    /// reason.
    const std::map<std::string, std::string>& hidden_folders() const { return hidden_; }
    /// The topmost folders that could not be watched or read, absolute.
    std::vector<std::string> folders_to_poll() const;

  private:
    using Identity = std::pair<std::uint64_t, std::uint64_t>;
    class Visitor;

    Result<platform::Folder> open_folder(Identity& identity) const;
    bool is_another(const Identity& identity) const;
    bool shows_nothing(const platform::Folder& folder) const;
    void tell_unreadable(const Error& error);
    Result<void> walk(const platform::Folder& root, const Place& place);
    void look_at_one(const platform::Folder& root, const std::string& path, Reports& reports);
    void take_ignore_file(const platform::Folder& root, const std::string& path, Reports& reports);
    bool name_depends_on_others(const Place& place) const;
    Subtree subtree_of(const Place& place);
    void add_watch(const std::filesystem::path& folder);
    void poll(const std::filesystem::path& folder, std::string reason);
    void forget_unwatched(const std::string& folder);
    void forget_hidden(const std::string& folder);

    Share share_;
    ScanWorld& world_;
    std::optional<Identity> identity_;  ///< device and inode of the folder that was walked last
    bool wants_walk_ = true;
    bool was_walked_ = false;
    bool is_unreadable_ = false;
    std::map<std::string, std::set<std::string>> odd_;  ///< plain announced path to the ones given
    std::set<std::string> unwatched_;                   ///< absolute
    std::string poll_reason_;                           ///< the last one that was met
    std::string poll_logged_;
    IgnoreRules ignores_;
    std::map<std::string, std::string> hidden_;  ///< by absolute folder
};

}  // namespace iwant::scanner
