#pragma once

// The part folders of all downloads: where verified pieces are put until everything is there. Each
// download has a private folder below its download folder; whatever a peer sends, nothing is
// written elsewhere. The order on disk is data, then fsync, then the bitmap: after a crash we may
// know too little, never too much.
//
// prepare, checkpoint, finish and release of one download are called on one worker; write_piece by
// any number of threads meanwhile.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/daemon/part_folder.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "core/swarm/types.h"

namespace iwant::daemon {

class PartStore {
  public:
    /// Makes a PartRecord durable before it returns; called on the worker that calls the store.
    using Save = std::function<Result<void>(DownloadId, const PartRecord&)>;
    /// Where this peer already has a file with this id, complete and unchanged; nothing when it has
    /// not.
    using FindCopy = std::function<std::optional<std::filesystem::path>(const FileId&)>;

    PartStore(Save save, FindCopy find_copy, Logger& logger);
    ~PartStore();

    /// Makes or finds again the part folder. `record` is what an earlier run saved, or empty.
    /// Errors are of the disk: no_space, permission, io.
    Result<swarm::Prepared::Ready> prepare(const swarm::Prepare& action, PartRecord record);
    /// Writes a verified piece; the list of its file, if it has one, is kept for later checks. Any
    /// thread. Errors as those of prepare, or cancelled when it was
    /// released.
    Result<void> write_piece(DownloadId download, FileIndex file, PieceIndex piece,
                             std::span<const std::uint8_t> bytes,
                             const SharedPieceList& list = nullptr);
    /// Reads a piece of a download under way that was written or present before; not_found when it
    /// is not here (yet, or any more). Any thread. The bytes are as the disk has them now: whoever
    /// passes them on verifies them.
    Result<void> read_piece(DownloadId download, FileIndex file, PieceIndex piece,
                            std::span<std::uint8_t> into);
    /// Makes durable what is due (256 MiB or 5 s after the first write since the last time), and
    /// saves the bitmaps.
    void checkpoint(Time now);
    /// All of them, now.
    void checkpoint_all();
    /// The same for the last time: nothing is written afterwards.
    void close_all();
    /// Everything is there: durable, moved into place, the part folder removed.
    Result<PartFolder::Done> finish(DownloadId download);
    /// `record` tells where the parts are when this run has not prepared the download.
    /// Reading that prepare does ends soon, in this call and all later ones. Any thread.
    void request_stop() { stop_.request_stop(); }
    void release(DownloadId download, swarm::Release::Parts parts, const PartRecord& record = {});

  private:
    using Ready = swarm::Prepared::Ready;

    std::shared_ptr<PartFolder> find(DownloadId download) const;
    std::shared_ptr<PartFolder> take(DownloadId download);
    std::vector<std::shared_ptr<PartFolder>> all() const;
    Result<Ready> start(const swarm::Prepare& action, platform::Folder root);
    Result<Ready> go_on(const swarm::Prepare& action, const PartRecord& record);
    /// Where it was moved to.
    std::optional<std::string> take_stream(const swarm::Prepare& action,
                                           const platform::Folder& root);
    Ready keep(DownloadId download, std::shared_ptr<PartFolder> folder);
    PartFolder::Save save_for(DownloadId download) const;
    void save_now(PartFolder& folder);
    void close(PartFolder& folder);

    const Save save_;
    const FindCopy find_copy_;
    Logger& logger_;
    std::stop_source stop_;
    // Fetch threads look their folder up while the worker adds and removes others.
    mutable std::mutex mutex_;
    std::map<DownloadId, std::shared_ptr<PartFolder>> folders_;
};

}  // namespace iwant::daemon
