#pragma once

// One download's private folder, `<download folder>/.iwant-parts/<random>/`, with the content under
// construction in it under a fixed name. Everything is done below held handles. Pieces are marked
// as present only once they are durable; the content reaches its final name only when all of them
// are.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/daemon/part_folder_files.h"
#include "app/daemon/part_folder_key.h"
#include "app/daemon/part_lists.h"
#include "base/result.h"
#include "base/time.h"
#include "core/swarm/types.h"
#include "io/platform/folder.h"

namespace iwant::daemon {

/// What is kept of a part folder over a restart; stored with the download's record.
struct PartRecord {
    std::string part_folder;             ///< relative to the download folder; empty: none yet
    std::vector<std::uint8_t> part_key;  ///< opaque to everybody else
    std::vector<std::uint8_t> present;   ///< bitmap as of the last checkpoint
};

class PartFolder {
  public:
    /// Written bytes after which a checkpoint is due, and the time after which any written byte
    /// makes it due.
    static constexpr std::uint64_t kCheckpointBytes = std::uint64_t{256} << 20;
    static constexpr Duration kCheckpointTime = std::chrono::seconds(5);
    /// From so many files on, a checkpoint makes the whole file system durable instead of each by
    /// itself: every fdatasync of a new file waits for the journal (4 ms on the reference machine).
    static constexpr std::size_t kSyncFilesMax = 16;
    /// After a kill, files that were there in part and changed within this time of the last
    /// checkpoint were changed by ourselves.
    static constexpr std::chrono::nanoseconds kOwnWrites = std::chrono::seconds(10);
    /// Left free on the disk.
    static constexpr std::uint64_t kReserveBytes = std::uint64_t{64} << 20;
    /// Copies of smaller files in a folder are looked for only if one of so many, taken from all
    /// over it, has one: a search for each of 100,000 takes as long as fetching them.
    static constexpr std::uint64_t kCopyBytesMin = std::uint64_t{256} << 10;
    static constexpr std::size_t kCopyProbes = 64;

    /// Where this computer has a file already.
    using FindCopy = std::function<std::optional<std::filesystem::path>(const FileId&)>;
    /// Makes a PartRecord durable.
    using Save = std::function<Result<void>(const PartRecord&)>;

    /// The download folder, and the private one below it.
    struct Place {
        platform::Folder root;
        platform::Folder folder;
        std::string name;  ///< of `folder`, relative to `root`
    };

    /// What a download has become.
    struct Done {
        std::string path;  ///< absolute
        /// Of the plan's files, by FileIndex, as they were when they were verified and complete.
        std::vector<platform::FileStamp> stamps;
    };

    /// Takes over a folder that is there; make and resume do the rest.
    PartFolder(swarm::SharedPlan plan, Place place, PartKey key, Save save);

    /// Makes a new folder below `root`, the download folder.
    static Result<std::shared_ptr<PartFolder>> make(swarm::SharedPlan plan, platform::Folder root,
                                                    Save save);
    /// Finds the folder of an earlier run; null when it is gone or is not what was left there. What
    /// is there then stays untouched. Files that somebody else changed are read again.
    static Result<std::shared_ptr<PartFolder>> resume(swarm::SharedPlan plan, platform::Folder root,
                                                      const PartRecord& record, PartKey key,
                                                      Save save, const std::stop_token& stop);
    /// Removes the part folder of an earlier run, if it is still there.
    static Result<void> remove(const PartRecord& record);

    const swarm::PieceSet& present() const { return present_; }
    /// As it was last saved.
    const PartRecord& record() const { return saved_; }
    /// Takes over files that this computer has already.
    void take_copies(const FindCopy& find, const std::stop_token& stop);

    /// Writes a verified piece; `list`, which may be null, is kept for later checks. Any thread;
    /// errors are always of the disk (no_space, permission, io) or cancelled.
    Result<void> write_piece(FileIndex file, PieceIndex piece, std::span<const std::uint8_t> bytes,
                             const SharedPieceList& list);

    /// Reads a piece that was written (durable or not) or present; `into` has its length. not_found
    /// when it is not here yet, or was moved into place. Any thread. The bytes are as the disk has
    /// them now: somebody may have changed them, so whoever passes them on verifies them.
    Result<void> read_piece(FileIndex file, PieceIndex piece, std::span<std::uint8_t> into);

    // The following on one thread.

    bool checkpoint_due(Time now);
    /// Makes durable what was written, then the bitmap. After a failure nothing is written any
    /// more: what is on the disk is unknown, and prepare starts from the last bitmap.
    Result<void> checkpoint();
    /// Moves the content to its name (or the next free one) in the download folder. What somebody
    /// else changed since it was written is read again before; io when pieces are missing then.
    Result<Done> finish(const std::stop_token& stop);
    /// A last checkpoint; nothing is written after it.
    Result<void> close();
    /// Closes it and removes it with all that is in it.
    Result<void> remove_all();

  private:
    struct Written {
        std::vector<std::uint64_t> pieces;  ///< of the plan
        std::set<FileIndex> files;
        std::map<FileIndex, SharedPieceList> lists;
        std::uint64_t bytes = 0;
        std::optional<Time> since;
    };
    /// What the look of a file says about its content.
    enum class Trust : std::uint8_t { right, doubtful, gone };

    /// Whether a stored name is one that make gives: nothing else is ever removed.
    static bool is_part_name(std::string_view name);
    /// Removes it and, with the last one, the folder around it.
    static Result<void> remove_from(const platform::Folder& root, const std::string& name);
    /// Whatever goes wrong here is the disk's fault, never a peer's.
    static Error disk_error(Error error);
    static Error folder_gone(const platform::Folder& root);

    Result<void> check_space() const;
    std::uint64_t bytes_reserved() const;
    Result<void> make_content();
    Result<void> make_empty_parts();
    Result<void> note_written(FileIndex file, PieceIndex piece, const platform::File& opened,
                              const SharedPieceList& list);
    Result<void> make_durable(const Written& written);
    void keep_lists(const Written& written);
    Result<void> note_partial(FileIndex file);
    Result<void> save();
    Result<void> fail(Error error);

    Result<void> read_present(const PartRecord& record, const std::stop_token& stop);
    Trust trust(FileIndex file, const Result<platform::FileInfo>& seen) const;
    Result<void> check(FileIndex file, const platform::FileStamp& seen,
                       const std::stop_token& stop);
    Result<void> keep_right_pieces(FileIndex file, const std::stop_token& stop);
    bool is_ours(FileIndex file, const platform::FileStamp& seen) const;
    std::uint64_t pieces_present(FileIndex file) const;
    void count_present();
    void erase(FileIndex file);
    void erase_piece(FileIndex file, std::uint64_t piece_of_plan);

    bool has_small_copies(const FindCopy& find) const;
    Result<bool> take_copy(FileIndex file, const std::filesystem::path& path,
                           const std::stop_token& stop);
    bool was_moved() const;
    Result<void> check_untouched(const std::stop_token& stop);
    Result<void> make_ready_to_move();
    Result<void> move_into_place();
    Done done();

    const swarm::SharedPlan plan_;
    const Place place_;
    const Save save_;
    PartKey key_;
    PartFiles files_;
    PartLists lists_;
    swarm::PieceSet present_;
    PartRecord saved_;
    bool unsaved_ = false;
    std::vector<platform::FileStamp> stamps_;  ///< by FileIndex, once it was about to be moved

    // Fetch threads report what they wrote, and are to be stopped at once by a failure.
    mutable std::mutex mutex_;
    Written written_;
    swarm::PieceSet readable_;            ///< present, or written since the last checkpoint
    std::vector<std::uint32_t> missing_;  ///< pieces not readable, by FileIndex
    std::vector<std::uint64_t> marks_;    ///< of whole files, by FileIndex; 0: not known
    std::optional<Error> failed_;
};

}  // namespace iwant::daemon
