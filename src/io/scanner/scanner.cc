#include "io/scanner/scanner.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/text.h"
#include "io/platform/process.h"
#include "io/scanner/no_watch.h"
#include "io/scanner/pending.h"
#include "io/scanner/share_scan.h"

namespace iwant::scanner {

namespace {

/// After events were lost everything is walked again, but not at once: more will be lost while the
/// storm lasts.
constexpr std::chrono::milliseconds kAfterStorm{1000};
/// A walk that is repeated from time to time may take this part of the time at most.
constexpr int kWalkShare = 20;
constexpr std::chrono::milliseconds kIdleWaitMax{60'000};
/// More folders of a share than this are not polled one by one: the share is walked instead.
constexpr std::size_t kPolledApartMax = 1000;

class FolderScanner final : public Scanner {
  public:
    FolderScanner(ScanOptions options, std::unique_ptr<platform::Watch> watch, ScanSink& sink,
                  Logger& logger)
        : options_(std::move(options)),
          watch_(std::move(watch)),
          rules_(options_.ignore, options_.excluded),
          sink_(sink),
          logger_(logger),
          world_{*watch_,
                 sink,
                 logger,
                 rules_,
                 1,
                 [this] { return goes_on(); },
                 [this](const std::filesystem::path& folder) { unwatch(folder); }} {
        // Numbers keep rising over restarts, for whoever stores them.
        world_.next_walk = static_cast<std::uint64_t>(platform::unix_now()) << 20;
        rules_.look_at_excluded();
        ordered_shares_ = options_.shares;
        report_.walking = true;
        thread_ = std::thread([this] { run(); });
    }

    ~FolderScanner() override {
        stop_ = true;
        watch_->wake();
        thread_.join();
    }

    void set_shares(std::vector<Share> shares) override {
        {
            const std::lock_guard lock(mutex_);
            ordered_shares_ = std::move(shares);
            report_.walking = true;
        }
        watch_->wake();
    }

    void rescan() override {
        {
            const std::lock_guard lock(mutex_);
            ordered_rescan_ = true;
            report_.walking = true;
        }
        watch_->wake();
    }

    ScanReport report() const override {
        const std::lock_guard lock(mutex_);
        return report_;
    }

  private:
    void run() {
        while (!stop_) {
            take_orders();
            walk_what_is_wanted();
            look_at_due();
            run_timers();
            publish_report();
            read_events(time_to_wait());
        }
    }

    void take_orders() {
        std::optional<std::vector<Share>> shares;
        bool rescan = false;
        {
            const std::lock_guard lock(mutex_);
            shares.swap(ordered_shares_);
            std::swap(rescan, ordered_rescan_);
        }
        if (shares) take_shares(std::move(*shares));
        if (rescan) want_walks();
    }

    void take_shares(std::vector<Share> wanted) {
        std::vector<std::unique_ptr<ShareScan>> before;
        before.swap(shares_);
        for (Share& share : wanted) {
            const auto kept = std::ranges::find_if(
                before, [&](const auto& each) { return each && each->share() == share; });
            shares_.push_back(kept != before.end()
                                  ? std::move(*kept)
                                  : std::make_unique<ShareScan>(std::move(share), world_));
        }
        for (const auto& dropped : before) {
            if (dropped) forget(dropped->share().folder);
        }
        is_first_walk_told_ = false;
        next_full_check_ = platform::now() + options_.full_check;
    }

    void forget(const std::filesystem::path& folder) {
        watch_->remove_tree(folder);
        pending_.forget_tree(folder.string());
        // A share that is kept and shares folders with the one that goes has lost watches too.
        for (const auto& share : shares_) {
            if (share->relative(folder) || is_below(share->share().folder, folder)) {
                share->want_walk();
            }
        }
    }

    /// Shares may lie in each other.
    void unwatch(const std::filesystem::path& folder) {
        const auto is_in = [&](const auto& share) {
            return share->share().folder == folder || is_below(share->share().folder, folder);
        };
        if (std::ranges::none_of(shares_, is_in)) watch_->remove_tree(folder);
    }

    static bool is_below(const std::filesystem::path& inner, const std::filesystem::path& outer) {
        return inner.string().starts_with(outer.string() + "/");
    }

    void want_walks() {
        for (const auto& share : shares_) share->want_walk();
    }

    void walk_what_is_wanted() {
        bool done = true;
        for (const auto& share : shares_) {
            if (share->wants_walk()) walk(*share);
            if (!goes_on()) return;
            done = done && share->was_walked();
        }
        if (!done || is_first_walk_told_) return;
        is_first_walk_told_ = true;
        publish_report();
        sink_.first_walk_done();
    }

    void walk(ShareScan& share) {
        {
            const std::lock_guard lock(mutex_);
            report_.walking = true;
        }
        // What changed until now is seen by the walk.
        pending_.forget_tree(share.share().folder.string());
        const Time start = platform::now();
        share.walk_all();
        longest_walk_ = std::max(longest_walk_, platform::now() - start);
    }

    /// Called in the middle of walks: events are taken in before the system's queue is full.
    bool goes_on() {
        read_events(std::chrono::milliseconds(0));
        if (stop_) return false;
        const std::lock_guard lock(mutex_);
        return !ordered_shares_.has_value();
    }

    void read_events(std::chrono::milliseconds timeout) {
        const auto events = watch_->wait(timeout);
        if (!events) {
            logger_.warning(events.error().text());
            storm_over_ = platform::now() + kAfterStorm;
            std::this_thread::sleep_for(std::min(timeout, kAfterStorm));
            return;
        }
        for (const platform::WatchEvent& event : *events) take_event(event);
    }

    void take_event(const platform::WatchEvent& event) {
        if (event.what == platform::WatchEvent::What::overflow) return expect_storm();
        const bool is_shared = std::ranges::any_of(
            shares_, [&](const auto& share) { return share->relative(event.path).has_value(); });
        if (!is_shared || pending_.is_covered(event.path.string())) return;
        Change change{event.path.string(), event.deep, std::nullopt};
        Duration wait = kGroupTime;
        const auto info = platform::info_of(event.path);
        if (info && info->kind == platform::FileKind::folder) change.deep = true;
        if (info && info->kind == platform::FileKind::file) {
            change.stamp = info->stamp;
            wait = event.closed ? options_.quiet_closed : options_.quiet;
        }
        if (!pending_.add(std::move(change), wait, platform::now())) expect_storm();
    }

    void expect_storm() {
        pending_.clear();
        if (storm_over_) return;
        logger_.info("More changed than can be followed. All shared folders are read again.");
        storm_over_ = platform::now() + std::max<Duration>(kAfterStorm, 2 * longest_walk_);
    }

    void look_at_due() {
        const Time now = platform::now();
        std::vector<std::string> settled;
        for (Change& change : pending_.take_due(now)) {
            if (is_settled(change, now)) settled.push_back(std::move(change.path));
        }
        if (!settled.empty()) look_at(settled);
    }

    /// Whether a file is still as it was when the wait began; if not it waits again.
    bool is_settled(const Change& change, Time now) {
        const auto info = platform::info_of(change.path);
        if (!info || info->kind != platform::FileKind::file) return true;
        if (change.stamp == info->stamp) return true;
        if (!pending_.add({change.path, false, info->stamp}, options_.quiet, now)) expect_storm();
        return false;
    }

    void look_at(const std::vector<std::string>& paths) {
        for (const auto& share : shares_) {
            std::vector<std::string> relative;
            for (const std::string& path : paths) {
                if (auto below = share->relative(path)) relative.push_back(std::move(*below));
            }
            if (relative.empty()) continue;
            ShareScan::Reports reports;
            share->look_at(relative, reports);
            tell(std::move(reports.there));
            tell(std::move(reports.gone));
            for (const std::string& above : reports.look_above) look_again(*share, above);
        }
    }

    void look_again(ShareScan& share, const std::string& relative) {
        if (relative.empty()) return share.want_walk();
        const std::string path = (share.share().folder / relative).string();
        if (!pending_.add({path, true, std::nullopt}, Duration(0), platform::now())) expect_storm();
    }

    void tell(std::vector<Subtree> reports) {
        for (std::size_t begin = 0; begin < reports.size(); begin += kBatchEntries) {
            const std::size_t end = std::min(reports.size(), begin + kBatchEntries);
            sink_.subtrees_seen({std::make_move_iterator(reports.begin() + begin),
                                 std::make_move_iterator(reports.begin() + end)});
        }
    }

    void run_timers() {
        const Time now = platform::now();
        if (now >= next_check_) {
            for (const auto& share : shares_) share->check_folder();
            next_check_ = now + options_.check_shares;
        }
        if (storm_over_ && now >= *storm_over_) {
            storm_over_.reset();
            want_walks();
        }
        if (now >= next_full_check_) {
            want_walks();
            next_full_check_ =
                now + std::max<Duration>(options_.full_check, kWalkShare * longest_walk_);
        }
        if (now >= next_poll_) poll_unwatched(now);
    }

    void poll_unwatched(Time now) {
        for (const auto& share : shares_) {
            const std::vector<std::string> folders = share->folders_to_poll();
            if (folders.size() > kPolledApartMax) share->want_walk();
            if (share->wants_walk()) continue;
            for (const std::string& folder : folders) {
                const Change change{folder, true, std::nullopt};
                if (!pending_.add(change, Duration(0), now)) expect_storm();
            }
        }
        next_poll_ = now + poll_interval();
    }

    Duration poll_interval() const {
        return std::max<Duration>(options_.poll_unwatched, kWalkShare * longest_walk_);
    }

    std::chrono::milliseconds time_to_wait() const {
        const Time now = platform::now();
        Time next = std::min({next_check_, next_full_check_, next_poll_, now + kIdleWaitMax});
        if (storm_over_) next = std::min(next, *storm_over_);
        if (const auto due = pending_.next_due()) next = std::min(next, *due);
        const bool busy =
            std::ranges::any_of(shares_, [](const auto& share) { return share->wants_walk(); });
        if (busy || next <= now) return std::chrono::milliseconds(0);
        return std::chrono::ceil<std::chrono::milliseconds>(next - now);
    }

    static void add_warnings(const ShareScan& share, std::vector<std::string>& warnings) {
        for (const auto& [folder, reason] : share.hidden_folders()) {
            if (warnings.size() == ScanReport::kWarningsMax) return;
            warnings.push_back("Nothing in " + escape_for_display(folder) +
                               " is shared, as its .iwantignore cannot be used (" + reason +
                               "); mend that file or remove it.");
        }
    }

    void publish_report() {
        ScanReport report;
        report.folders_watched = watch_->folders_watched();
        for (const auto& share : shares_) {
            report.folders_polled += share->folders_unwatched();
            const std::string advice = share->advice(poll_interval());
            if (!advice.empty()) report.advice += (report.advice.empty() ? "" : " ") + advice;
            add_warnings(*share, report.warnings);
            report.walking = report.walking || share->wants_walk();
        }
        const std::lock_guard lock(mutex_);
        report.walking = report.walking || ordered_shares_ || ordered_rescan_;
        report_ = std::move(report);
    }

    const ScanOptions options_;
    const std::unique_ptr<platform::Watch> watch_;
    ShareRules rules_;
    ScanSink& sink_;
    Logger& logger_;

    // The thread alone has these.
    ScanWorld world_;
    std::vector<std::unique_ptr<ShareScan>> shares_;
    PendingChanges pending_;
    bool is_first_walk_told_ = false;
    Time next_check_{};
    Time next_full_check_{};
    Time next_poll_{};
    std::optional<Time> storm_over_;
    Duration longest_walk_{};

    /// Guards what others order and read: the thread waits in the system's watch, where nothing can
    /// be posted.
    mutable std::mutex mutex_;
    std::optional<std::vector<Share>> ordered_shares_;
    bool ordered_rescan_ = false;
    ScanReport report_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Scanner>> Scanner::start(ScanOptions options, ScanSink& sink,
                                                Logger& logger) {
    auto watch = platform::Watch::open();
    std::unique_ptr<platform::Watch> used;
    if (watch) {
        used = std::move(*watch);
    } else {
        used = std::make_unique<NoWatch>(watch.error());
    }
    return std::make_unique<FolderScanner>(std::move(options), std::move(used), sink, logger);
}

}  // namespace iwant::scanner
