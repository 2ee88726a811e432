#pragma once

// Carries out what the swarm wants done to disk and wire: part folders, fetches, checkpoints, and
// the records that a restart needs. Disk work has one worker, the database another.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/daemon/fetcher.h"
#include "app/daemon/finished_files.h"
#include "app/daemon/held_files.h"
#include "app/daemon/part_store.h"
#include "app/daemon/worker.h"
#include "base/log.h"
#include "core/swarm/types.h"
#include "io/catalog/catalog.h"

namespace iwant::daemon {

class Transfers {
  public:
    struct World {
        std::function<void(swarm::Event)> tell;  ///< any thread
        std::function<protocol::Hello()> make_hello;
        std::function<std::vector<protocol::Address>(const PeerId&)> addresses_of;
    };

    /// References outlive it. `catalog` is used on `catalog_worker` only; `reader` is for this
    /// alone.
    Transfers(const net::TlsContext& tls, catalog::Catalog& catalog, Worker& catalog_worker,
              std::unique_ptr<catalog::CatalogReader> reader, World world, Logger& logger);
    ~Transfers();

    /// Reads the downloads of earlier runs and tells them; returns the highest id. Before the
    /// workers run.
    Result<DownloadId> restore(const std::function<void(swarm::Event)>& tell);
    /// Event thread. One of the actions that leave the node (not an Ask...).
    void perform(const swarm::Action& action);
    /// What downloads under way can give to others.
    HeldFiles& held() { return held_; }
    /// Makes durable what was written, where it is due; call about once a second.
    void checkpoint();
    /// Any thread. As PartStore::read_piece.
    Result<void> read_piece(DownloadId download, FileIndex file, PieceIndex piece,
                            std::span<std::uint8_t> into) {
        return store_.read_piece(download, file, piece, into);
    }
    /// Does something on the worker that does all else on the disk.
    void run_on_disk(Task task) { disk_worker_.post(std::move(task)); }
    /// The limit of all downloads together.
    RateGate& rate() { return rate_; }
    /// Ends fetches, makes everything durable.
    void stop();

  private:
    void act(const swarm::Prepare& action);
    void act(const swarm::StartFetch& action);
    void act(const swarm::CancelFetch& action);
    void act(const swarm::HurryFetch& action);
    void act(const swarm::Finish& action);
    void act(const swarm::Release& action);
    void act(const swarm::SaveDownload& action);
    void act(const swarm::ForgetDownload& action);
    template <class Ask>
    void act(const Ask& ask);

    /// What the catalogue keeps of a download.
    struct Kept {
        std::string record;
        PartRecord parts;
    };

    static catalog::StoredDownload stored(DownloadId id, const Kept& kept);
    Result<void> save_parts(DownloadId id, const PartRecord& parts);
    std::optional<std::filesystem::path> find_copy(const FileId& file);

    catalog::Catalog& catalog_;
    Worker& catalog_worker_;
    std::unique_ptr<catalog::CatalogReader> reader_;  ///< disk worker's
    const World world_;
    Logger& logger_;
    std::map<DownloadId, swarm::SharedPlan> plans_;  ///< of what is prepared; event thread's
    std::atomic<bool> checkpoint_queued_ = false;
    std::map<DownloadId, Kept> kept_;  ///< disk worker's
    PartStore store_;
    HeldFiles held_;
    FinishedFiles finished_;
    RateGate rate_;
    Fetcher fetcher_;
    Worker disk_worker_{"disk"};
};

}  // namespace iwant::daemon
