#pragma once

// Turns shared folders into lists of what is there, and keeps looking: one thread walks the
// folders, watches them, waits until a file that is being written is quiet, and tells what it saw.
// It decides nothing about what is new: it reports subtrees as they are, and the catalogue
// compares.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"
#include "io/platform/file.h"

namespace iwant::scanner {

/// One shared folder.
struct Share {
    std::string name;              ///< how its entries' paths start; unique among the shares
    std::filesystem::path folder;  ///< absolute, resolved
    /// The inode of the folder when it was last walked, if anything was in it: an empty folder of
    /// another inode is then taken for the bare mount point of a disk that is away.
    std::optional<std::uint64_t> last_inode = std::nullopt;

    bool operator==(const Share& other) const {
        return name == other.name && folder == other.folder;
    }
};

/// One file or folder as it was seen.
struct Found {
    std::string
        path;  ///< relative to the share, '/' between components; UTF-8 in NFC, safe to announce
    std::string
        disk_path;  ///< the same as the system has it, bytes unchanged; equal to `path` mostly
    platform::FileInfo info;
};

/// A part of a share as it is now.
/// Walks come in batches: each has some of `found`, and only the last has `complete` set. What is
/// `prefix` or lies below it and was in no batch of the same `walk` is gone. A changed file is a
/// subtree of itself: one batch with that file as `prefix` and in `found`, or with nothing in
/// `found` when it is gone.
struct Subtree {
    std::string share;
    std::string prefix;        ///< relative; "" is the whole share
    std::uint64_t walk = 0;    ///< number of the walk that this belongs to, rising
    std::vector<Found> found;  ///< in any order; folders before what is in them
    bool complete = false;     ///< the walk of `prefix` is over: what it has not told is gone
};

/// Where the scanner's reports go. Called on the scanner's thread; may block, which slows the scan
/// down.
class ScanSink {
  public:
    virtual ~ScanSink() = default;
    virtual void subtree_seen(Subtree subtree) = 0;
    /// Several changed paths at once, each complete; what is there comes before what is gone, so
    /// that the content of something renamed can be taken over. A sink that pays for each call may
    /// take them together.
    virtual void subtrees_seen(std::vector<Subtree> subtrees) {
        for (Subtree& subtree : subtrees) subtree_seen(std::move(subtree));
    }
    /// The share's folder cannot be read at all (unmounted, removed), or another folder that is
    /// empty has taken its place: keep its entries, announce none. A complete walk of "" follows
    /// when it is back.
    virtual void share_unreadable(const std::string& share, const Error& error) = 0;
    /// All of a share was walked and told; `inode` is that of its folder.
    virtual void share_walked(const std::string& share, std::uint64_t inode) {
        static_cast<void>(share);
        static_cast<void>(inode);
    }
    /// All shares were walked once since start or since set_shares.
    virtual void first_walk_done() = 0;
};

struct ScanOptions {
    std::vector<Share> shares;
    std::vector<std::string>
        ignore;  ///< file-name patterns (* and ?), matched against each component
    /// Folders of ours that must never be shared, wherever they lie (state folder, download
    /// folder's parts).
    std::vector<std::filesystem::path> excluded;
    std::chrono::milliseconds quiet{500};  ///< a file is told when unchanged for so long
    /// The same for a file that its writer has closed or that was moved here.
    std::chrono::milliseconds quiet_closed{100};
    std::chrono::seconds full_check{3600};    ///< everything is walked again this often
    std::chrono::seconds poll_unwatched{10};  ///< what cannot be watched
    /// How often the shares' own folders are looked at: mounts and returns are told by nobody.
    std::chrono::milliseconds check_shares{2000};
};

/// The usual rubbish (Thumbs.db, @eaDir, *.part, ...) and everything hidden (.*).
std::vector<std::string> default_ignore_patterns();

struct ScanReport {
    std::size_t folders_watched = 0;
    std::size_t folders_polled = 0;  ///< could not be watched
    std::string advice;              ///< what mends that; empty when all are watched
    /// Folders of which nothing is shared since their `.iwantignore` cannot be used; sentences, the
    /// first kWarningsMax of them.
    std::vector<std::string> warnings;
    bool walking = false;

    static constexpr std::size_t kWarningsMax = 5;
};

class Scanner {
  public:
    /// Starts the thread. Sink and logger must outlive the scanner.
    static Result<std::unique_ptr<Scanner>> start(ScanOptions options, ScanSink& sink,
                                                  Logger& logger);
    virtual ~Scanner() = default;  ///< stops and joins
    /// Takes effect at once; what is no longer shared is told through nothing: the caller drops it.
    virtual void set_shares(std::vector<Share> shares) = 0;
    /// Walks everything again soon.
    virtual void rescan() = 0;
    virtual ScanReport report() const = 0;
};

}  // namespace iwant::scanner
