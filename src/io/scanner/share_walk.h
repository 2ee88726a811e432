#pragma once

// Walks a share, or a part of it, from a held handle on its folder: no symlink is followed,
// whatever is swapped meanwhile. Memory is bounded by one batch and the names of folders still to
// be read.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "io/platform/folder.h"
#include "io/scanner/ignore_rules.h"
#include "io/scanner/names.h"
#include "io/scanner/scanner.h"

namespace iwant::scanner {

/// Found entries are told in batches of so many.
inline constexpr std::size_t kBatchEntries = 2000;

/// Only files and folders are shared.
bool is_shared_kind(platform::FileKind kind);

/// Errors about one path that leave the rest of the share true: it is gone, or not for us to read.
/// Others mean that the disk cannot be believed now.
bool is_local(ErrorCode code);

/// What is not shared, wherever it lies.
class ShareRules {
  public:
    ShareRules(std::vector<std::string> ignore, std::vector<std::filesystem::path> excluded)
        : ignore_(std::move(ignore)), excluded_(std::move(excluded)) {}

    const NamePatterns& ignore() const { return ignore_; }
    /// Finds out which folders the excluded paths are now; they are known by device and inode as
    /// well.
    void look_at_excluded();
    bool excludes(const std::filesystem::path& path, const platform::FileInfo& info) const;
    /// Whether it is an excluded folder or lies below one, by the path alone.
    bool excludes_path(const std::filesystem::path& path) const;

  private:
    NamePatterns ignore_;
    std::vector<std::filesystem::path> excluded_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> excluded_ids_;
};

/// A place in a share by both its names, relative; empty: the whole share.
struct Place {
    std::string disk;
    std::string announced;
};

/// Whether an entry of this announced path can be announced at all: not too long, not too deep.
bool fits_limits(const Share& share, std::string_view announced);

/// The names of a path on disk below a held share, found out component by component. Nothing when
/// it cannot be known from the path alone: it, or a folder above it, shares its plain name with
/// another.
std::optional<Place> place_of(const platform::Folder& root, const std::string& disk);

/// Takes in the `.iwantignore` of a held folder, or that it has none. When it cannot be used the
/// folder is hidden and the error says why; another error means that the disk cannot be believed
/// now.
Result<void> read_ignore_file(const platform::Folder& folder, const std::string& disk,
                              IgnoreRules& ignores, std::uint64_t walk);

class ShareWalk {
  public:
    class Visitor {
      public:
        virtual ~Visitor() = default;
        /// A folder is about to be read.
        virtual void reading_folder(const std::filesystem::path& path) = 0;
        /// The next of what was found; false to stop.
        virtual bool found(std::vector<Found> batch) = 0;
        /// A name on disk whose announced path is another: the plain one, and the one that it got.
        virtual void odd_name(const std::string& plain, const std::string& announced) = 0;
        /// A folder that `.iwantignore` keeps from being shared; it is not read.
        virtual void ignored_folder(const std::filesystem::path& path) = 0;
        /// The folder's `.iwantignore` cannot be used, so nothing in the folder is shared.
        virtual void hidden_folder(const std::string& disk, const Error& error) = 0;
        /// Something below cannot be shared.
        virtual void skipped(const std::string& disk, const std::string& reason) = 0;
    };

    /// `ignores` is brought up to date with every folder that is read.
    ShareWalk(const Share& share, const platform::Folder& root, const ShareRules& rules,
              IgnoreRules& ignores, std::uint64_t number, Visitor& visitor)
        : share_(share),
          root_(root),
          rules_(rules),
          ignores_(ignores),
          number_(number),
          visitor_(visitor) {}

    /// Tells what lies below `start`, folders before what is in them, and `start` itself first
    /// unless it is the share. Fails when the disk does, or with ErrorCode::cancelled when the
    /// visitor stopped it.
    Result<void> run(const Place& start);

  private:
    Result<void> read_folder(const Place& place);
    Result<void> list_entries(const platform::Folder& folder, const Place& place);
    bool take_entry(const Place& folder, platform::FolderEntry entry);
    bool take_odd_entries(const platform::Folder& folder, const Place& place);
    bool add(const Place& place, const platform::FileInfo& info);
    bool is_ignored(const Place& folder, const platform::FolderEntry& entry);
    bool flush();

    const Share& share_;
    const platform::Folder& root_;
    const ShareRules& rules_;
    IgnoreRules& ignores_;
    const std::uint64_t number_;
    Visitor& visitor_;
    std::vector<Place> folders_;              ///< still to be read, the next one last
    std::vector<platform::FolderEntry> odd_;  ///< of the folder that is read now
    std::vector<Found> batch_;
};

}  // namespace iwant::scanner
