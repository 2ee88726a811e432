#pragma once

// Carries out what the swarm wants done to disk and wire: part folders, fetches, checkpoints, the records that a
// restart needs. The order on disk is data, then fsync, then the bitmap.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/daemon/fetcher.h"
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

    /// References outlive it. `catalog` is used on `catalog_worker` only.
    Transfers(const net::TlsContext& tls, catalog::Catalog& catalog, Worker& catalog_worker, World world,
              std::filesystem::path database, Logger& logger);
    ~Transfers();

    /// The downloads of earlier runs, told as DownloadRestored; returns the highest id. Before the workers run.
    Result<DownloadId> restore();
    /// Event thread. One of the actions that leave the node (not an Ask...).
    void perform(swarm::Action action);
    /// Makes durable what was written, where it is due; call about once a second.
    void checkpoint();
    /// Ends fetches, makes everything durable.
    void stop();

  private:
    void act(const swarm::Prepare& action);
    void act(const swarm::StartFetch& action);
    void act(const swarm::CancelFetch& action);
    void act(const swarm::Finish& action);
    void act(const swarm::Release& action);
    void act(const swarm::SaveDownload& action);
    void act(const swarm::ForgetDownload& action);
    template <class Ask>
    void act(const Ask& ask);

    catalog::Catalog& catalog_;
    Worker& catalog_worker_;
    const World world_;
    Logger& logger_;
};

}  // namespace iwant::daemon
