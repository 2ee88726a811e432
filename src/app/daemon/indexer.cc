#include "app/daemon/indexer.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "app/daemon/hash_pool.h"
#include "app/daemon/hash_waits.h"
#include "base/content.h"
#include "base/text.h"
#include "core/protocol/limits.h"
#include "io/platform/process.h"

namespace iwant::daemon {
namespace {

/// A file that changed while it was hashed is tried again after so long, or when the scanner tells
/// it.
constexpr std::chrono::seconds kTryChangedAgain{10};
/// Nothing more is hashed while more results than this wait to be stored: small files are hashed
/// faster than stored, and what the scanner sees has to get in between.
constexpr std::size_t kUnstoredMax = 1000;

std::unexpected<Error> too_much_asked() {
    return failure(ErrorCode::busy, "hash", "too much is asked for; try again later");
}

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
    void share_walked(const std::string& share, std::uint64_t inode) override;
    void first_walk_done() override;

    // Event thread.
    catalog::Totals totals_;
    std::map<std::string, Error> unreadable_;
    std::unique_ptr<scanner::Scanner> scanner_;

  private:
    /// What the hash threads came to.
    struct Hashing {
        catalog::HashJob job;
        Result<scanner::HashedFile> outcome;
    };
    /// A file that changed while it was hashed, and the state that was to be hashed.
    struct Postponed {
        platform::FileStamp stamp;
        Time until;
    };

    // Catalogue's worker.
    void merge(const scanner::Subtree& subtree);
    void publish();
    void publish_soon();
    void page_taken();
    void fill_hash_pool();
    void hash_what_is_waited_for();
    void hash_first(EntryId entry, const Hashed& hashed);
    std::vector<EntryId> unhashed_files_of(EntryId entry);
    bool is_postponed(const catalog::HashJob& job) const;
    void take_hashes();
    std::optional<catalog::HashResult> result_of(const Hashing& hashing);
    void settle(EntryId file);
    void answer(const HashWaits::Over& over);
    void start_job(const catalog::HashJob& job, HashPool::Turn turn);

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
    bool page_under_way_ = false;  ///< told, but the event thread has not taken it yet
    bool more_to_publish_ = false;
    std::set<EntryId> hashing_;
    std::map<EntryId, Postponed> postponed_;
    HashWaits waits_;
    std::unique_ptr<HashPool> pool_;

    // Hash threads put here what the catalogue's worker takes all together: one transaction costs
    // as much as a dozen small files.
    std::mutex hashed_mutex_;
    std::vector<Hashing> hashed_;

    std::atomic<bool> any_postponed_ = false;
    std::atomic<bool> stopped_ = false;
};

Result<void> Indexer::State::start() {
    std::vector<catalog::Catalog::ShareFolder> folders;
    for (const scanner::Share& share : options_.shares)
        folders.push_back({share.name, share.folder});
    pool_ = std::make_unique<HashPool>(
        options_.hash_threads,
        [this](const catalog::HashJob& job, Result<scanner::HashedFile> outcome) {
            const std::lock_guard lock(hashed_mutex_);
            hashed_.push_back({job, std::move(outcome)});
            if (hashed_.size() == 1)
                worker_.post([self = shared_from_this()] { self->take_hashes(); });
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
    if (scanner_ == nullptr) return;
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
    on_event_thread([this, share, error] { unreadable_.insert_or_assign(share, error); });
}

void Indexer::State::share_walked(const std::string& share, std::uint64_t inode) {
    worker_.post_when_room([self = shared_from_this(), share, inode] {
        if (self->stopped_) return;
        if (const Result<void> set = self->catalog_.set_root(share, inode); !set)
            self->log_failure(set.error());
    });
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

// One page; the next is read when the event thread has taken it, so that a large catalogue neither
// piles up there nor keeps this thread from what others ask.
void Indexer::State::publish() {
    if (stopped_) return;
    more_to_publish_ = true;
    if (page_under_way_) return;
    // A catalogue that was made anew is told from its beginning.
    if (told_state_.catalog_id != catalog_.state().catalog_id) {
        told_state_ = {catalog_.state().catalog_id, 0};
    }
    Result<CatalogDelta> delta =
        catalog_.changes_since(told_state_.version, protocol::kDeltaChangesMax);
    if (!delta) return log_failure(delta.error());
    told_state_.version = delta->up_to;
    more_to_publish_ = delta->more;
    page_under_way_ = true;
    on_event_thread([this, totals = catalog_.totals(), changes = within_limits(std::move(*delta))] {
        totals_ = totals;
        told_.advanced(changes, totals);
        worker_.post([self = shared_from_this()] { self->page_taken(); });
    });
}

void Indexer::State::page_taken() {
    page_under_way_ = false;
    if (more_to_publish_) publish();
}

void Indexer::State::fill_hash_pool() {
    hash_what_is_waited_for();
    const std::size_t unstored = hashing_.size() - pool_->unfinished();
    std::size_t room = stopped_ || unstored > kUnstoredMax ? 0 : pool_->room();
    if (room == 0) return;
    std::erase_if(postponed_,
                  [now = platform::now()](const auto& file) { return file.second.until <= now; });
    any_postponed_ = !postponed_.empty();
    const Result<std::vector<catalog::HashJob>> jobs =
        catalog_.files_to_hash(room + hashing_.size() + postponed_.size());
    if (!jobs) return log_failure(jobs.error());
    for (const catalog::HashJob& job : *jobs) {
        if (room == 0 || pool_->is_full()) return;
        if (hashing_.contains(job.entry) || is_postponed(job)) continue;
        start_job(job, HashPool::Turn::in_order);
        --room;
    }
}

// Until its time, or until the scanner has seen another state of it.
bool Indexer::State::is_postponed(const catalog::HashJob& job) const {
    const auto found = postponed_.find(job.entry);
    return found != postponed_.end() && found->second.stamp == job.stamp;
}

void Indexer::State::hash_what_is_waited_for() {
    while (!stopped_) {
        const std::optional<EntryId> file = waits_.next();
        if (!file) return;
        if (hashing_.contains(*file)) continue;
        const Result<std::optional<catalog::HashJob>> job = catalog_.hash_job(*file);
        if (job && *job) {
            start_job(**job, HashPool::Turn::first);
        } else {
            settle(*file);
        }
    }
}

void Indexer::State::start_job(const catalog::HashJob& job, HashPool::Turn turn) {
    hashing_.insert(job.entry);
    pool_->hash(job, turn);
}

void Indexer::State::take_hashes() {
    std::vector<Hashing> taken;
    {
        const std::lock_guard lock(hashed_mutex_);
        taken.swap(hashed_);
    }
    for (const Hashing& hashing : taken) hashing_.erase(hashing.job.entry);
    if (stopped_) return;
    std::vector<catalog::HashResult> results;
    for (const Hashing& hashing : taken) {
        if (auto result = result_of(hashing)) results.push_back(std::move(*result));
    }
    any_postponed_ = !postponed_.empty();
    if (const Result<std::size_t> recorded = catalog_.record_hashes(results); !recorded)
        log_failure(recorded.error());
    for (const Hashing& hashing : taken) settle(hashing.job.entry);
    publish_soon();
    fill_hash_pool();
}

std::optional<catalog::HashResult> Indexer::State::result_of(const Hashing& hashing) {
    const auto& [job, outcome] = hashing;
    if (outcome) return catalog::HashResult{job.entry, outcome->stamp, outcome->pieces};
    if (outcome.error().code == ErrorCode::cancelled) return std::nullopt;
    if (outcome.error().code == ErrorCode::changed) {
        postponed_[job.entry] = {job.stamp, platform::now() + kTryChangedAgain};
        return std::nullopt;
    }
    log_failure(outcome.error());
    return catalog::HashResult{job.entry, job.stamp, std::nullopt};
}

void Indexer::State::settle(EntryId file) {
    for (const HashWaits::Over& over : waits_.settle(file)) answer(over);
}

void Indexer::State::hash_now(EntryId entry, Hashed hashed) {
    if (worker_.try_post([self = shared_from_this(), entry, hashed] {
            if (!self->stopped_) self->hash_first(entry, hashed);
        })) {
        return;
    }
    on_event_thread([hashed = std::move(hashed)] { hashed(too_much_asked()); });
}

void Indexer::State::hash_first(EntryId entry, const Hashed& hashed) {
    if (waits_.join(entry, hashed)) return;
    const std::vector<EntryId> files = unhashed_files_of(entry);
    if (files.empty()) return answer({entry, {hashed}});
    if (!waits_.add(entry, files, hashed)) {
        on_event_thread([hashed] { hashed(too_much_asked()); });
        return;
    }
    fill_hash_pool();
}

std::vector<EntryId> Indexer::State::unhashed_files_of(EntryId entry) {
    const Result<std::optional<catalog::HashJob>> itself = catalog_.hash_job(entry);
    if (itself && *itself) return {entry};
    Result<std::vector<EntryId>> below = catalog_.unhashed_below(entry);
    if (below) return std::move(*below);
    log_failure(below.error());
    return {};
}

void Indexer::State::answer(const HashWaits::Over& over) {
    const Result<std::optional<Entry>> entry = catalog_.entry(over.entry);
    Result<Entry> answer = failure(ErrorCode::not_found, "hash", "this is not shared any more");
    if (!entry) {
        answer = std::unexpected(entry.error());
    } else if (*entry) {
        answer = **entry;
        if (!(*entry)->content)
            answer = failure(ErrorCode::io, "hash", "not all of it can be read now");
    }
    on_event_thread([hashed = over.hashed, answer = std::move(answer)] {
        for (const Hashed& told : hashed) told(answer);
    });
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
    std::vector<std::string> shares;
    for (const auto& [share, reason] : state_->unreadable_) shares.push_back(share);
    return shares;
}

std::vector<Error> Indexer::unreadable_reasons() const {
    std::vector<Error> reasons;
    for (const auto& [share, reason] : state_->unreadable_) reasons.push_back(reason);
    return reasons;
}

}  // namespace iwant::daemon
