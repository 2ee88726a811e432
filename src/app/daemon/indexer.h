#pragma once

// Keeps the catalogue true to the shared folders: takes the scanner's reports to the catalogue,
// hashes what is new in the background and at once what somebody asks for, and tells the node how
// its catalogue went on. Names are told before hashes.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/daemon/worker.h"
#include "base/entry.h"
#include "base/log.h"
#include "base/result.h"
#include "io/catalog/catalog.h"
#include "io/scanner/scanner.h"

namespace iwant::daemon {

/// Brings a delta of our own catalogue within the wire's limits: sums of sparse files can exceed
/// them.
CatalogDelta within_limits(CatalogDelta delta);

class Indexer {
  public:
    /// Told on the event thread.
    struct Told {
        /// Pages of the whole catalogue at start, then whatever changes.
        std::function<void(CatalogDelta, catalog::Totals)> advanced;
    };
    /// The answer to hash_now, on the event thread; ErrorCode::busy when too much was asked for.
    using Hashed = std::function<void(Result<Entry>)>;

    struct Options {
        std::vector<scanner::Share> shares;
        std::vector<std::string> ignore;
        std::vector<std::filesystem::path> excluded;
        unsigned hash_threads = 1;
    };

    /// `catalog` belongs to `catalog_worker` from here on. All references outlive the indexer; the
    /// workers are finished before it is destroyed.
    Indexer(Options options, catalog::Catalog& catalog, Worker& catalog_worker, Post post,
            Told told, Logger& logger);
    ~Indexer();

    /// Tells the catalogue of the last run, then starts to scan.
    Result<void> start();
    void set_shares(std::vector<scanner::Share> shares);
    void hash_now(EntryId entry, Hashed hashed);
    /// Lets time pass; call about once a second.
    void tick();
    /// Stops scanning and hashing; nothing is told after that.
    void stop();

    // For status; event thread.
    const catalog::Totals& totals() const;
    scanner::ScanReport scan_report() const;
    std::vector<std::string> unreadable_shares() const;
    /// Why, for each of them.
    std::vector<Error> unreadable_reasons() const;

  private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace iwant::daemon
