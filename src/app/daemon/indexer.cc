#include "app/daemon/indexer.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <utility>

#include "app/daemon/hash_pool.h"
#include "base/content.h"
#include "base/text.h"
#include "core/protocol/limits.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

/// A file that changed while it was hashed is tried again after so long, or when the scanner tells
/// it.
constexpr std::chrono::seconds kTryChangedAgain{10};
/// Nothing more is hashed while more results than this wait to be stored. Small files are hashed
/// faster than stored, and what the scanner sees has to get in between.
constexpr std::size_t kUnstoredMax = Worker::kRoomTasks / 2;

}  // namespace

CatalogDelta within_limits(CatalogDelta delta) {
    for (EntryChange& change : delta.changes) {
        change.entry.size_bytes = std::min(change.entry.size_bytes, kFileSizeMax);
    }
    return delta;
}

// Lives on three threads: what is marked so belongs to the catalogue's worker or to the event
// thread; the scanner's thread and the hash threads only post.
class Indexer::State final : public scanner::ScanSink, public std::enable_shared_from_this<State> {
  public:
    State(Options options, catalog::Catalog& catalog, Worker& worker, Post post, Told told,
          Logger& logger)
        : options_(std::move(options)),
          catalog_(catalog),
          worker_(worker),
          post_(std::move(post)),
          told_(std::move(told)),
          logger_(logger) {}

    Result<void> start();
    void set_shares(std::vector<scanner::Share> shares);
    void hash_now(EntryId entry, Hashed hashed);
    void tick();
    void stop();

    // Scanner's thread.
    void subtree_seen(scanner::Subtree subtree) override;
    void share_unreadable(const std::string& share, const Error& error) override;
    void first_walk_done() override;

    // Event thread.
    catalog::Totals totals_;
    std::set<std::string> unreadable_;
    std::unique_ptr<scanner::Scanner> scanner_;

  private:
    struct Waiting {
        EntryId entry;
        std::set<EntryId> pending;  ///< files below it whose hashing was started and is not over
        Hashed hashed;
    };

    // Catalogue's worker.
    void merge(const scanner::Subtree& subtree);
    void publish();
    void publish_soon();
    void fill_hash_pool();
    void hash_first(EntryId entry, Hashed hashed);
    bool is_postponed(EntryId entry);
    void take_hash(const catalog::HashJob& job, Result<scanner::HashedFile> hashed);
    void answer(const Waiting& waiting);
    void start_job(const catalog::HashJob& job);

    void log_failure(const Error& error) { logger_.warning(error.text()); }
    void on_event_thread(Task task) {
        post_([self = shared_from_this(), task = std::move(task)] {
            if (!self->stopped_) task();
        });
    }

    Options options_;
    catalog::Catalog& catalog_;
    Worker& worker_;
    const Post post_;
    const Told told_;
    Logger& logger_;

    // Catalogue's worker.
    CatalogState told_state_;
    bool publish_queued_ = false;
    std::set<EntryId> hashing_;
    std::map<EntryId, Time> postponed_;
    std::vector<Waiting> waiting_;
    std::unique_ptr<HashPool> pool_;

    std::atomic<bool> any_postponed_ = false;
    std::atomic<bool> stopped_ = false;
};

Result<void> Indexer::State::start() {
    std::vector<catalog::Catalog::ShareFolder> folders;
    for (const scanner::Share& share : options_.shares)
        folders.push_back({share.name, share.folder});
    pool_ = std::make_unique<HashPool>(
        options_.hash_threads,
        [this](const catalog::HashJob& job, Result<scanner::HashedFile> hashed) {
            worker_.post([self = shared_from_this(), job, hashed = std::move(hashed)]() mutable {
                self->take_hash(job, std::move(hashed));
            });
        });
    worker_.post([self = shared_from_this(), folders = std::move(folders)] {
        if (const Result<void> set = self->catalog_.set_shares(folders); !set)
            self->log_failure(set.error());
        self->publish();
    });
    Result<std::unique_ptr<scanner::Scanner>> scanner = scanner::Scanner::start(
        {.shares = options_.shares, .ignore = options_.ignore, .excluded = options_.excluded},
        *this, logger_);
    if (!scanner) return failure(std::move(scanner));
    scanner_ = std::move(*scanner);
    return {};
}

void Indexer::State::set_shares(std::vector<scanner::Share> shares) {
    std::vector<catalog::Catalog::ShareFolder> folders;
    for (const scanner::Share& share : shares) folders.push_back({share.name, share.folder});
    unreadable_.clear();
    worker_.post([self = shared_from_this(), folders = std::move(folders)] {
        if (const Result<void> set = self->catalog_.set_shares(folders); !set)
            self->log_failure(set.error());
        self->publish();
    });
    scanner_->set_shares(std::move(shares));
}

void Indexer::State::subtree_seen(scanner::Subtree subtree) {
    worker_.post_when_room([self = shared_from_this(), subtree = std::move(subtree)] {
        if (!self->stopped_) self->merge(subtree);
    });
}

void Indexer::State::share_unreadable(const std::string& share, const Error& error) {
    log_failure(error);
    on_event_thread([this, share] { unreadable_.insert(share); });
}

void Indexer::State::first_walk_done() {
    logger_.info("all shared folders were read");
}

void Indexer::State::merge(const scanner::Subtree& subtree) {
    std::vector<catalog::SeenEntry> seen;
    seen.reserve(subtree.found.size());
    for (const scanner::Found& found : subtree.found) {
        if (found.info.stamp.size_bytes > kFileSizeMax) {
            logger_.warning("too large to share: " + escape_for_display(found.path));
            continue;
        }
        seen.push_back({found.path, found.disk_path, found.info});
    }
    if (const Result<void> merged = catalog_.merge_walk(subtree.share, subtree.prefix, subtree.walk,
                                                        seen, subtree.complete);
        !merged) {
        log_failure(merged.error());
    }
    on_event_thread([this, share = subtree.share] { unreadable_.erase(share); });
    publish_soon();
    fill_hash_pool();
}

void Indexer::State::publish_soon() {
    if (std::exchange(publish_queued_, true)) return;
    worker_.post([self = shared_from_this()] {
        self->publish_queued_ = false;
        self->publish();
    });
}

void Indexer::State::publish() {
    const catalog::Totals totals = catalog_.totals();
    while (!stopped_) {
        // A catalogue that was made anew is told from its beginning.
        if (told_state_.catalog_id != catalog_.state().catalog_id) {
            told_state_ = {catalog_.state().catalog_id, 0};
        }
        Result<CatalogDelta> delta =
            catalog_.changes_since(told_state_.version, protocol::kDeltaChangesMax);
        if (!delta) return log_failure(delta.error());
        const bool more = delta->more;
        told_state_.version = delta->up_to;
        on_event_thread([this, totals, changes = within_limits(std::move(*delta))] {
            totals_ = totals;
            told_.advanced(changes, totals);
        });
        if (!more) return;
    }
}

void Indexer::State::fill_hash_pool() {
    const std::size_t unstored = hashing_.size() - pool_->unfinished();
    std::size_t room = stopped_ || unstored > kUnstoredMax ? 0 : pool_->room();
    if (room == 0) return;
    const Result<std::vector<catalog::HashJob>> jobs =
        catalog_.files_to_hash(room + hashing_.size() + postponed_.size());
    if (!jobs) return log_failure(jobs.error());
    for (const catalog::HashJob& job : *jobs) {
        if (room == 0) return;
        if (hashing_.contains(job.entry) || is_postponed(job.entry)) continue;
        start_job(job);
        --room;
    }
}

bool Indexer::State::is_postponed(EntryId entry) {
    const auto found = postponed_.find(entry);
    if (found == postponed_.end()) return false;
    if (platform::now() < found->second) return true;
    postponed_.erase(found);
    return false;
}

void Indexer::State::start_job(const catalog::HashJob& job) {
    hashing_.insert(job.entry);
    pool_->hash(job);
}

void Indexer::State::take_hash(const catalog::HashJob& job, Result<scanner::HashedFile> hashed) {
    hashing_.erase(job.entry);
    if (stopped_) return;
    if (hashed) {
        const Result<bool> set = catalog_.set_pieces(job.entry, hashed->stamp, hashed->pieces);
        if (!set) log_failure(set.error());
    } else if (hashed.error().code == ErrorCode::changed) {
        postponed_[job.entry] = platform::now() + kTryChangedAgain;
    } else if (hashed.error().code != ErrorCode::cancelled) {
        log_failure(hashed.error());
        if (const Result<void> set = catalog_.set_unreadable(job.entry); !set)
            log_failure(set.error());
    }
    any_postponed_ = !postponed_.empty();
    std::erase_if(waiting_, [&](Waiting& waiting) {
        waiting.pending.erase(job.entry);
        if (waiting.pending.empty()) answer(waiting);
        return waiting.pending.empty();
    });
    publish_soon();
    fill_hash_pool();
}

void Indexer::State::hash_now(EntryId entry, Hashed hashed) {
    worker_.post([self = shared_from_this(), entry, hashed = std::move(hashed)]() mutable {
        self->hash_first(entry, std::move(hashed));
    });
}

void Indexer::State::hash_first(EntryId entry, Hashed hashed) {
    Waiting waiting{entry, {}, std::move(hashed)};
    std::vector<EntryId> wanted{entry};
    if (Result<std::vector<EntryId>> below = catalog_.unhashed_below(entry); below) {
        wanted.insert(wanted.end(), below->begin(), below->end());
    }
    for (const EntryId file : wanted) {
        const Result<std::optional<catalog::HashJob>> job = catalog_.hash_job(file);
        if (!job || !*job) continue;
        waiting.pending.insert(file);
        if (!hashing_.contains(file)) start_job(**job);
    }
    if (waiting.pending.empty()) return answer(waiting);
    waiting_.push_back(std::move(waiting));
}

void Indexer::State::answer(const Waiting& waiting) {
    const Result<std::optional<Entry>> entry = catalog_.entry(waiting.entry);
    Result<Entry> answer = failure(ErrorCode::not_found, "hash", "this is not shared any more");
    if (!entry) {
        answer = std::unexpected(entry.error());
    } else if (*entry) {
        answer = **entry;
        if (!(*entry)->content)
            answer = failure(ErrorCode::io, "hash", "not all of it can be read now");
    }
    on_event_thread([hashed = waiting.hashed, answer = std::move(answer)] { hashed(answer); });
}

void Indexer::State::tick() {
    if (any_postponed_) worker_.post([self = shared_from_this()] { self->fill_hash_pool(); });
}

void Indexer::State::stop() {
    stopped_ = true;
    scanner_.reset();
    if (pool_) pool_->stop();
}

Indexer::Indexer(Options options, catalog::Catalog& catalog, Worker& catalog_worker, Post post,
                 Told told, Logger& logger)
    : state_(std::make_shared<State>(std::move(options), catalog, catalog_worker, std::move(post),
                                     std::move(told), logger)) {}

Indexer::~Indexer() = default;

Result<void> Indexer::start() {
    return state_->start();
}
void Indexer::set_shares(std::vector<scanner::Share> shares) {
    state_->set_shares(std::move(shares));
}
void Indexer::hash_now(EntryId entry, Hashed hashed) {
    state_->hash_now(entry, std::move(hashed));
}
void Indexer::tick() {
    state_->tick();
}
void Indexer::stop() {
    state_->stop();
}
const catalog::Totals& Indexer::totals() const {
    return state_->totals_;
}

scanner::ScanReport Indexer::scan_report() const {
    return state_->scanner_ ? state_->scanner_->report() : scanner::ScanReport{};
}

std::vector<std::string> Indexer::unreadable_shares() const {
    return {state_->unreadable_.begin(), state_->unreadable_.end()};
}

}  // namespace iwant::daemon
