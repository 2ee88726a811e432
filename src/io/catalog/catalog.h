#pragma once

// What this peer keeps on disk (SQLite, `iwant.db`): the shared files with their ids, their pieces,
// the folders' trees, the downloads with what is present of them, the peers it has met and
// what they told of their folders, and the catalogue's id and version. `Catalog` is the only writer
// and belongs to one thread; `CatalogReader`s read beside it, one per thread.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/content.h"
#include "base/entry.h"
#include "base/log.h"
#include "base/result.h"
#include "io/catalog/kept_pages.h"
#include "io/platform/file.h"

namespace iwant::catalog {

/// One file or folder of a share as the scanner saw it (mirrors scanner::Found; io modules do not
/// meet).
struct SeenEntry {
    std::string path;       ///< relative to the share, NFC
    std::string disk_path;  ///< relative to the share's folder, as the system has it
    platform::FileInfo info;
};

/// Where a shared file is and what state of it is announced.
struct SharedFile {
    EntryId entry;
    std::filesystem::path disk_path;  ///< absolute
    platform::FileStamp stamp;
    FileId file;
    /// Looked at just now: a regular file with this stamp lies there.
    bool seen_unchanged = false;
};

/// A file that waits to be hashed.
struct HashJob {
    EntryId entry;
    std::filesystem::path disk_path;  ///< absolute
    platform::FileStamp stamp;
};

/// What hashing a file in this state came to: its pieces, or nothing when it could not be read.
struct HashResult {
    EntryId entry;
    platform::FileStamp stamp;
    std::optional<PieceList> pieces;
};

struct Totals {
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t bytes = 0;
    std::uint64_t unhashed = 0;  ///< files
};

/// What a download needs to go on after a restart; the fields are app/daemon's, opaque here.
struct StoredDownload {
    std::uint64_t id = 0;
    std::string record;       ///< as app/daemon wrote it
    std::string part_folder;  ///< relative to the download folder; empty: none yet
    std::vector<std::uint8_t>
        present;  ///< bitmap over the plan's pieces, as of the last checkpoint
    std::vector<std::uint8_t>
        part_key;  ///< what the part folder belongs to, as app/daemon wrote it
};

struct FinishedFile {
    std::filesystem::path path;  ///< absolute
    platform::FileStamp stamp;
    SharedPieceList pieces;  ///< not null
};

struct StoredPeer {
    PeerId peer;
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    UnixSeconds last_seen = 0;
};

/// A part of a shared folder as people look through it: folders first, both kinds in order of name.
struct FolderPage {
    struct Item {
        Entry entry;
        std::uint64_t files = 0;  ///< of a folder, at any depth
    };
    std::string path;  ///< with the share's name; empty: the shares themselves
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<Item> items;
    bool more = false;
};

/// Questions that any thread may ask through a reader of its own.
class CatalogReader {
  public:
    static Result<std::unique_ptr<CatalogReader>> open(const std::filesystem::path& database);
    virtual ~CatalogReader() = default;

    /// Where a content is shared from now; nothing when it is not. Finished downloads that still
    /// lie unchanged where they were put count too (see Catalog::add_finished_files).
    virtual Result<std::optional<SharedFile>> find_file(const FileId& file) = 0;
    virtual Result<std::optional<PieceList>> piece_list(const FileId& file) = 0;
    virtual Result<std::optional<TreeListing>> tree_listing(const TreeId& tree) = 0;
    virtual Result<CatalogDelta> changes_since(std::uint64_t version, std::size_t changes_max) = 0;
};

class Catalog : public CatalogReader {
  public:
    /// Opens or creates the database. A damaged or foreign one is moved aside (kept as *.damaged-N)
    /// and made anew, with a warning in the log; one of a newer program is refused.
    static Result<std::unique_ptr<Catalog>> open(const std::filesystem::path& database,
                                                 Logger& logger);

    virtual CatalogState state() const = 0;
    virtual Totals totals() const = 0;

    /// Sets which shares there are; entries of others are removed. Name and absolute folder.
    struct ShareFolder {
        std::string name;
        std::filesystem::path folder;
    };
    virtual Result<void> set_shares(const std::vector<ShareFolder>& shares) = 0;

    /// Remembers the inode of a share's folder as it was walked, over restarts.
    virtual Result<void> set_root(const std::string& share, std::uint64_t inode) = 0;
    /// That inode; nothing when the share is new, empty, or was another folder then.
    virtual Result<std::optional<std::uint64_t>> last_root(const ShareFolder& share) = 0;

    /// Takes one batch of a walk below `prefix` of a share (see scanner::Subtree). Unchanged files
    /// (same stamp) keep their content id; a new name with the stamp of a vanished or other file
    /// (size, mtime, inode) takes its content over without hashing. `complete`: whatever is below
    /// `prefix` and was in no batch of this walk is removed. All in one transaction; the version
    /// rises by what changed.
    virtual Result<void> merge_walk(const std::string& share, const std::string& prefix,
                                    std::uint64_t walk, const std::vector<SeenEntry>& seen,
                                    bool complete) = 0;

    /// The next files to hash: those asked for first, then small before large, at most `count`.
    virtual Result<std::vector<HashJob>> files_to_hash(std::size_t count) = 0;
    virtual Result<std::optional<HashJob>> hash_job(EntryId entry) = 0;
    /// Records what hashing came to, in one transaction, and says for how many files: those that
    /// changed meanwhile are passed over. What could not be read is not tried again until it
    /// changes. Folders whose content is all known get their TreeIds.
    virtual Result<std::size_t> record_hashes(std::span<const HashResult> results) = 0;
    /// An entry as announced; nothing when it is gone.
    virtual Result<std::optional<Entry>> entry(EntryId entry) = 0;
    /// At most `count` entries of a folder that come after one of them. Nothing when no such folder
    /// is shared; the name of the only share may be left away.
    virtual Result<std::optional<FolderPage>> list_folder(const std::string& path,
                                                          const std::optional<FolderPlace>& after,
                                                          std::size_t count) = 0;
    /// The entries of a folder that still lack a content id, files only, at any depth.
    virtual Result<std::vector<EntryId>> unhashed_below(EntryId folder) = 0;

    /// Files that came by download and stay available by their ids while they lie there unchanged.
    virtual Result<void> add_finished_files(const std::vector<FinishedFile>& files) = 0;
    /// One of them lies elsewhere now, with this stamp. Nothing happens when it is not known.
    virtual Result<void> move_finished_file(const std::filesystem::path& from,
                                            const std::filesystem::path& to,
                                            const platform::FileStamp& stamp) = 0;
    /// The folders of what came by download, for others who want it: FinishedTrees.
    virtual Result<void> add_finished_trees(const std::map<TreeId, TreeListing>& trees) = 0;
    virtual Result<std::optional<TreeListing>> finished_tree(const TreeId& tree) = 0;

    virtual Result<void> save_download(const StoredDownload& download) = 0;
    /// Only the bitmap; called after the data is durable.
    virtual Result<void> save_present(std::uint64_t download,
                                      const std::vector<std::uint8_t>& present) = 0;
    virtual Result<void> remove_download(std::uint64_t download) = 0;
    virtual Result<std::vector<StoredDownload>> downloads() = 0;

    virtual Result<void> save_peer(const StoredPeer& peer) = 0;
    /// The most recently seen first, at most `count`.
    virtual Result<std::vector<StoredPeer>> peers(std::size_t count) = 0;

    /// What other peers told of their folders.
    virtual KeptPages& kept_pages() = 0;

    /// Small facts of the daemon.
    virtual Result<std::optional<std::string>> get_note(const std::string& key) = 0;
    virtual Result<void> set_note(const std::string& key, const std::string& value) = 0;
};

}  // namespace iwant::catalog
