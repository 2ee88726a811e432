#pragma once

// Downloads that are done stay available by their ids while they lie unchanged where they were put:
// this records each of their files with its stamp and piece list in the catalogue, and the listings
// of their folders. What is in one piece is read once more for its hash; that has a thread of its
// own, so that nobody waits for it.

#include <atomic>
#include <functional>
#include <vector>

#include "app/daemon/held_files.h"
#include "app/daemon/part_folder.h"
#include "app/daemon/worker.h"
#include "base/log.h"
#include "io/catalog/catalog.h"

namespace iwant::daemon {

class FinishedFiles {
  public:
    /// Files that are recorded together.
    static constexpr std::size_t kBatch = 500;

    /// References outlive it. `catalog` is used on `catalog_worker` only, `held` is asked for piece
    /// lists.
    FinishedFiles(catalog::Catalog& catalog, Worker& catalog_worker, HeldFiles& held,
                  Logger& logger)
        : catalog_(catalog), catalog_worker_(catalog_worker), held_(held), logger_(logger) {}

    /// Any thread. Lets the download go when its files are recorded, or cannot be.
    void record(DownloadId download, swarm::SharedPlan plan, PartFolder::Done done);
    /// Any thread. A file that was recorded lies elsewhere now, unless it is still there as well.
    void moved(const std::filesystem::path& from, const std::filesystem::path& to);
    /// Leaves out what is not recorded yet.
    void stop();

  private:
    void record_all(DownloadId download, const swarm::Plan& plan, const PartFolder::Done& done);
    void save(const std::vector<catalog::FinishedFile>& batch);
    void save(const std::function<Result<void>()>& write);

    catalog::Catalog& catalog_;
    Worker& catalog_worker_;
    HeldFiles& held_;
    Logger& logger_;
    std::atomic<bool> stopping_ = false;
    Worker worker_{"finished"};
};

}  // namespace iwant::daemon
