#pragma once

// The life of one download: queued, finding out what it consists of, transferring, moving into
// place, done; with pauses, and with waiting for a source or for the disk in between.

#include <memory>
#include <optional>

#include "core/protocol/messages.h"
#include "core/swarm/desk.h"
#include "core/swarm/finder.h"
#include "core/swarm/piece_lists.h"
#include "core/swarm/suppliers.h"
#include "core/swarm/transfer.h"

namespace iwant::swarm {

class Download {
  public:
    static constexpr Duration kDiskRetry = std::chrono::seconds(10);
    static constexpr Duration kAskSourcesMin = std::chrono::seconds(5);
    static constexpr Duration kAskSourcesMax = std::chrono::seconds(60);

    enum class Origin : std::uint8_t { asked, restored };

    /// Comes to be queued, or as it was when the record says paused, failed or done. `desk` must
    /// outlive it.
    Download(DownloadRecord record, Origin origin, Prng prng, Desk& desk);
    ~Download();
    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;

    // What users want. `start` is the queue's: its turn has come.
    void start(Time now);
    void pause(Time now);
    void resume(Time now);
    void cancel();
    /// The same content is asked for once more.
    void asked_again(const DownloadAsked& event, Time now);
    void fail(const Error& error, Time now);
    void save();
    /// Kept until something else is wanted, also while it does not transfer.
    void want_first(std::vector<Range> pieces, Time now);
    /// What it makes, once that is known.
    const SharedPlan& plan() const { return plan_; }
    /// Whether a piece of the plan is verified and written.
    bool has(std::uint64_t plan_piece) const;
    SharedPieceList piece_list(FileId file) const { return lists_.find(file); }
    /// Back into the queue: others go first. Only when can_yield().
    void yield(Time now);
    bool can_yield() const { return asking(); }
    /// Its order among all, kept over a restart; saves it.
    void set_rank(std::int64_t rank);
    std::int64_t rank() const { return record_.rank; }
    /// Done or failed: it takes no part in the queue.
    bool ended() const { return phase_ == Phase::failed || phase_ == Phase::done; }

    // What happened.
    void sources_found(const SourcesFound& event, Time now);
    void peer_arrived(const PeerId& peer, Time now);
    void peer_left(const PeerId& peer, Time now);
    /// Does not go on by itself: whether the content is new to the swarm is for the caller to see
    /// (settle).
    void take_hash(const HashAnswered& event, Time now);
    void handle(const TreeAnswered& event, Time now);
    void handle(const PieceListAnswered& event, Time now);
    void handle(const Prepared& event, Time now);
    void handle(const PieceStored& event, Time now);
    void handle(const PieceProgress& event, Time now);
    void handle(const FetchEnded& event, Time now);
    void handle(const Finished& event, Time now);
    void handle(const PiecesTold& event, Time now);
    void handle(const PiecesGained& event, Time now);
    void handle(const HolderMet& event, Time now);
    /// Nothing is fetched from it any more until then.
    void banned(const PeerId& peer, Time until, Time now);
    void tick(Time now);
    /// Does whatever can be done now.
    void settle(Time now);

    DownloadId id() const { return record_.id; }
    const std::optional<Hash256>& content() const { return record_.target.content; }
    bool queued() const { return phase_ == Phase::queued; }
    bool transferring() const { return phase_ == Phase::transferring; }
    /// Whether it counts among those that run; one that waits leaves its place to the next.
    bool running(Time now) const;
    void set_fetches_max(std::size_t fetches);
    std::optional<Time> next_deadline() const;
    DownloadStatus status(Time now) const;
    /// At most `count` of its files from there on; none while it is not known what it consists of.
    std::vector<FileProgress> files(std::size_t first, std::size_t count) const;
    /// What others can have of it.
    std::optional<protocol::Holding> holding() const;
    /// All over its pieces; null when `complete`, or nothing can be had.
    const PieceSet* present() const;
    bool complete() const { return phase_ == Phase::done; }

  private:
    enum class Phase : std::uint8_t {
        queued,
        finding,
        preparing,
        transferring,
        finishing,
        disk_wait,
        paused,
        failed,
        done
    };

    bool asking() const { return phase_ == Phase::finding || phase_ == Phase::transferring; }
    bool starved_for_long(Time now) const;
    bool waiting(Time now) const;
    DownloadState state(Time now) const;
    void stop_work(Time now);
    void release_parts();
    void requeue();
    void prepare(SharedPlan plan);
    void finish();
    void complete(std::string final_path, Time now);
    void go_to(std::string folder);
    void wait_for_disk(const Error& error, Time now);
    void check_transfer(Time now);
    void restart_housekeeping(Time now);
    void look_for_sources(Time now);
    void ask_sources(Time now);
    std::string waiting_message(Time now) const;
    std::uint64_t bytes_done_of(const PlannedFile& file) const;
    void fill_progress(DownloadStatus& status, Time now) const;

    DownloadRecord record_;
    std::string earlier_path_;  ///< see Prepare
    Phase phase_ = Phase::queued;
    Prng prng_;
    Desk& desk_;
    Suppliers suppliers_;
    PieceLists lists_;
    std::unique_ptr<Finder> finder_;
    SharedPlan plan_;
    std::unique_ptr<Transfer> transfer_;
    std::size_t fetches_max_ = Transfer::kFetchesMax;
    std::vector<Range> wanted_first_;
    bool sources_stale_ = false;  ///< known from an earlier run or attempt
    bool prepared_ = false;       ///< Prepare went out, Release did not

    std::optional<Error> error_;         ///< why it failed
    std::optional<Error> disk_trouble_;  ///< why it waits for the disk
    Time disk_retry_at_{};

    bool starved_ = false;  ///< nobody reliable has anything to do for it
    bool sources_answered_ = false;
    Time starved_since_{};
    std::optional<Time> asked_at_;
    Time next_ask_ = Time::max();
    Duration ask_backoff_ = kAskSourcesMin;
    Time housekeeping_at_{};
    Time last_seen_{};

    std::optional<Time> started_;
    Duration elapsed_{};
};

}  // namespace iwant::swarm
