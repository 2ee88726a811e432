#include "core/swarm/download.h"

#include <algorithm>
#include <utility>

#include "base/name.h"
#include "base/text.h"

namespace iwant::swarm {
namespace {

constexpr Duration kFirstAsk = std::chrono::seconds(2);
constexpr Duration kHousekeeping = std::chrono::seconds(1);
// Many peers arrive together when a network comes back.
constexpr Duration kAskSourcesSpacing = std::chrono::seconds(1);

}  // namespace

Download::Download(DownloadRecord record, Origin origin, Prng prng, Desk& desk)
    : record_(std::move(record)),
      prng_(prng),
      desk_(desk),
      suppliers_(prng_.split(), desk.bans, desk.logger),
      lists_(record_.id, suppliers_, desk),
      sources_stale_(origin == Origin::restored) {
    suppliers_.add(record_.target.sources);
    if (record_.state == DownloadState::paused) phase_ = Phase::paused;
    if (record_.state == DownloadState::failed) phase_ = Phase::failed;
    if (record_.state == DownloadState::done) phase_ = Phase::done;
}

Download::~Download() = default;

void Download::start(Time now) {
    started_ = now;
    ask_backoff_ = kAskSourcesMin;
    next_ask_ = now + kAskSourcesMax;
    // Whoever was known before may be gone, others may have come.
    if (sources_stale_) ask_sources(now);
    sources_stale_ = false;
    if (plan_ != nullptr) {
        prepare(plan_);
        return;
    }
    phase_ = Phase::finding;
    finder_ = std::make_unique<Finder>(id(), record_.target, suppliers_, lists_, desk_);
    settle(now);
}

void Download::settle(Time now) {
    last_seen_ = now;
    if (suppliers_.idle()) restart_housekeeping(now);
    if (phase_ == Phase::finding) {
        const Finder::Found found = finder_->advance(now);
        if (found.failed) {
            fail(*found.failed, now);
        } else if (found.plan != nullptr) {
            prepare(found.plan);
        }
    } else if (phase_ == Phase::transferring) {
        transfer_->pump(now);
        check_transfer(now);
    }
    look_for_sources(now);
}

void Download::look_for_sources(Time now) {
    const bool starved = asking() && !suppliers_.working();
    if (starved && !starved_) {
        starved_since_ = now;
        ask_backoff_ = kAskSourcesMin;
        const bool just_asked = asked_at_ && now - *asked_at_ < kAskSourcesMin;
        next_ask_ = just_asked ? *asked_at_ + kAskSourcesMin : now;
    }
    starved_ = starved;
    if (asking() && now >= next_ask_) ask_sources(now);
}

void Download::ask_sources(Time now) {
    if (content()) {
        desk_.actions.push_back(AskSources{id(), *content()});
    } else {
        // What is not hashed has no name to look for: its owners are tried again.
        suppliers_.try_absent();
    }
    asked_at_ = now;
    next_ask_ = now + (asking() ? ask_backoff_ : kAskSourcesMax);
    ask_backoff_ = std::min(ask_backoff_ * 2, kAskSourcesMax);
}

void Download::prepare(SharedPlan plan) {
    finder_.reset();
    plan_ = std::move(plan);
    record_.target.size_bytes = plan_->size_bytes;
    phase_ = Phase::preparing;
    prepared_ = true;
    desk_.actions.push_back(Prepare{id(), plan_, record_.folder, earlier_path_});
}

void Download::handle(const Prepared& event, Time now) {
    if (phase_ != Phase::preparing) return;
    if (!event.outcome) {
        wait_for_disk(event.outcome.error(), now);
        return;
    }
    disk_trouble_.reset();
    if (event.outcome->final_path) {
        complete(*event.outcome->final_path, now);
        return;
    }
    phase_ = Phase::transferring;
    desk_.logger.info("downloading name=" + escape_for_display(record_.target.name) +
                      " bytes=" + std::to_string(plan_->size_bytes));
    transfer_ = std::make_unique<Transfer>(Transfer::Job{id(), plan_, event.outcome->present},
                                           suppliers_, lists_, desk_, prng_.split(), now);
    transfer_->set_fetches_max(fetches_max_);
    transfer_->want_first(wanted_first_);
    // Others may have begun with us; later ones find us.
    ask_backoff_ = kAskSourcesMin;
    next_ask_ = now + kFirstAsk;
    settle(now);
}

void Download::check_transfer(Time now) {
    if (transfer_->failure()) {
        fail(Error(*transfer_->failure()), now);
    } else if (transfer_->disk_error()) {
        wait_for_disk(Error(*transfer_->disk_error()), now);
    } else if (transfer_->complete()) {
        finish();
    }
}

void Download::finish() {
    transfer_->stop();
    lists_.stop();
    transfer_.reset();
    phase_ = Phase::finishing;
    desk_.actions.push_back(Finish{id()});
}

void Download::handle(const Finished& event, Time now) {
    if (phase_ != Phase::finishing) return;
    if (event.final_path) {
        complete(*event.final_path, now);
    } else {
        wait_for_disk(event.final_path.error(), now);
    }
}

void Download::complete(std::string final_path, Time now) {
    stop_work(now);
    prepared_ = false;
    phase_ = Phase::done;
    record_.final_path = std::move(final_path);
    record_.message.clear();
    earlier_path_.clear();
    desk_.logger.info("download done name=" + escape_for_display(record_.target.name));
    if (record_.next_folder.empty()) {
        save();
    } else {
        go_to(std::exchange(record_.next_folder, {}));
    }
}

// Done once, and wanted in this folder now.
void Download::go_to(std::string folder) {
    if (folder != record_.folder) earlier_path_ = record_.final_path;
    record_.folder = std::move(folder);
    elapsed_ = Duration{};
    suppliers_.forgive();
    requeue();
}

void Download::wait_for_disk(const Error& error, Time now) {
    if (transfer_ != nullptr) transfer_->stop();
    lists_.stop();
    transfer_.reset();
    release_parts();
    phase_ = Phase::disk_wait;
    if (!disk_trouble_ || disk_trouble_->code != error.code) {
        desk_.logger.warning("download waits for the disk error=" +
                             escape_for_display(error.text()));
    }
    disk_trouble_ = error;
    disk_retry_at_ = now + kDiskRetry;
}

void Download::stop_work(Time now) {
    finder_.reset();
    if (transfer_ != nullptr) transfer_->stop();
    transfer_.reset();
    lists_.stop();
    starved_ = false;
    next_ask_ = Time::max();
    disk_trouble_.reset();
    if (started_) elapsed_ += now - *started_;
    started_.reset();
}

void Download::release_parts() {
    if (prepared_) desk_.actions.push_back(Release{id(), Release::Parts::keep});
    prepared_ = false;
}

void Download::fail(const Error& error, Time now) {
    stop_work(now);
    release_parts();
    phase_ = Phase::failed;
    error_ = error;
    record_.message = error.message;
    desk_.logger.warning("download failed name=" + escape_for_display(record_.target.name) +
                         " error=" + escape_for_display(error.message));
    save();
}

void Download::pause(Time now) {
    // What is moving into place is done in a moment.
    if (ended() || phase_ == Phase::paused || phase_ == Phase::finishing) return;
    stop_work(now);
    release_parts();
    phase_ = Phase::paused;
    save();
}

void Download::resume(Time now) {
    if (phase_ == Phase::disk_wait) {
        disk_retry_at_ = now;
        tick(now);
    } else if (asking() && starved_) {
        ask_sources(now);
    } else if (phase_ == Phase::paused || phase_ == Phase::failed) {
        suppliers_.forgive();
        requeue();
    }
}

void Download::requeue() {
    phase_ = Phase::queued;
    sources_stale_ = true;
    error_.reset();
    record_.message.clear();
    record_.final_path.clear();
    save();
}

void Download::want_first(std::vector<Range> pieces, Time now) {
    wanted_first_ = std::move(pieces);
    if (transfer_ == nullptr) return;
    transfer_->want_first(wanted_first_);
    settle(now);
}

bool Download::has(std::uint64_t plan_piece) const {
    if (phase_ == Phase::finishing || phase_ == Phase::done) return true;
    return transfer_ != nullptr && transfer_->present().contains(plan_piece);
}

void Download::yield(Time now) {
    stop_work(now);
    release_parts();
    phase_ = Phase::queued;
    sources_stale_ = true;
}

void Download::set_rank(std::int64_t rank) {
    record_.rank = rank;
    save();
}

void Download::asked_again(const DownloadAsked& event, Time now) {
    suppliers_.add(event.target.sources);
    if (phase_ == Phase::done) {
        // It may have been deleted; Prepare finds out.
        go_to(event.folder);
        return;
    }
    record_.next_folder = event.folder == record_.folder ? "" : event.folder;
    save();
    resume(now);
    settle(now);
}

void Download::cancel() {
    if (transfer_ != nullptr) transfer_->stop();
    if (phase_ != Phase::done) desk_.actions.push_back(Release{id(), Release::Parts::remove});
    desk_.actions.push_back(ForgetDownload{id()});
}

void Download::save() {
    record_.state = DownloadState::queued;
    if (phase_ == Phase::paused) record_.state = DownloadState::paused;
    if (phase_ == Phase::failed) record_.state = DownloadState::failed;
    if (phase_ == Phase::done) record_.state = DownloadState::done;
    desk_.actions.push_back(SaveDownload{record_});
}

void Download::sources_found(const SourcesFound& event, Time now) {
    sources_answered_ = true;
    suppliers_.add(event.sources);
    if (transfer_ != nullptr) transfer_->sources_changed();
    if (asking() && starved_ && suppliers_.all_lied()) {
        fail({ErrorCode::corrupt, "download",
              "everybody who has it sent wrong data" + suppliers_.liars_text() +
                  "; what is right of it is kept, resume it when others have it"},
             now);
        return;
    }
    settle(now);
}

void Download::peer_arrived(const PeerId& peer, Time now) {
    if (Supplier* supplier = suppliers_.find(peer)) {
        supplier->arrived();
        supplier->forget_pieces();
        if (transfer_ != nullptr) transfer_->sources_changed();
    }
    if (!asking()) return;
    if (starved_ && (!asked_at_ || now - *asked_at_ >= kAskSourcesSpacing)) ask_sources(now);
    settle(now);
}

void Download::handle(const PiecesTold& event, Time now) {
    if (transfer_ != nullptr) {
        transfer_->pieces_told(event, now);
        check_transfer(now);
        look_for_sources(now);
    }
}

void Download::handle(const PiecesGained& event, Time now) {
    if (transfer_ == nullptr) return;
    transfer_->pieces_gained(event, now);
    check_transfer(now);
    look_for_sources(now);
}

void Download::handle(const HolderMet& event, Time now) {
    if (transfer_ == nullptr || suppliers_.find(event.peer) != nullptr) return;
    const Source met{event.peer, EntryId{}};
    suppliers_.add({&met, 1});
    transfer_->sources_changed();
    settle(now);
}

void Download::banned(const PeerId& peer, Time until, Time now) {
    Supplier* supplier = suppliers_.find(peer);
    if (supplier == nullptr) return;
    supplier->ban(until);
    if (transfer_ != nullptr) transfer_->banned(*supplier);
    settle(now);
}

std::optional<protocol::Holding> Download::holding() const {
    const bool here =
        phase_ == Phase::transferring || phase_ == Phase::finishing || phase_ == Phase::done;
    if (!here || !content()) return std::nullopt;
    const std::string& name = plan_ != nullptr ? plan_->root_name : record_.target.name;
    if (!check_wire_name(name)) return std::nullopt;
    return protocol::Holding{record_.target.kind, *content(), name, record_.target.size_bytes};
}

const PieceSet* Download::present() const {
    return transfer_ == nullptr ? nullptr : &transfer_->present();
}

void Download::peer_left(const PeerId& peer, Time now) {
    Supplier* supplier = suppliers_.find(peer);
    if (supplier == nullptr) return;
    supplier->left();
    if (transfer_ != nullptr) transfer_->sources_changed();
    lists_.peer_left(peer, now);
    if (finder_ != nullptr) finder_->peer_left(peer, now);
    settle(now);
}

void Download::take_hash(const HashAnswered& event, Time now) {
    if (phase_ == Phase::finding) finder_->answered(event, now);
}

void Download::handle(const TreeAnswered& event, Time now) {
    if (phase_ == Phase::finding) finder_->answered(event, now);
    settle(now);
}

void Download::handle(const PieceListAnswered& event, Time now) {
    lists_.answered(event, now);
    settle(now);
}

void Download::handle(const PieceStored& event, Time now) {
    if (transfer_ == nullptr) return;
    transfer_->piece_stored(event, now);
    check_transfer(now);
    if (starved_) look_for_sources(now);
}

void Download::handle(const PieceProgress& event, Time now) {
    if (transfer_ != nullptr) transfer_->piece_progress(event, now);
}

void Download::handle(const FetchEnded& event, Time now) {
    if (transfer_ == nullptr) return;
    transfer_->fetch_ended(event, now);
    check_transfer(now);
    look_for_sources(now);
}

void Download::tick(Time now) {
    if (phase_ == Phase::disk_wait && now >= disk_retry_at_) prepare(plan_);
    if (!asking()) return;
    if (now >= housekeeping_at_) {
        lists_.tick(now);
        if (finder_ != nullptr) finder_->tick(now);
        if (transfer_ != nullptr) transfer_->tick(now);
        restart_housekeeping(now);
    }
    settle(now);
}

void Download::restart_housekeeping(Time now) {
    housekeeping_at_ = now + (transfer_ != nullptr ? Transfer::kTick : kHousekeeping);
}

std::optional<Time> Download::next_deadline() const {
    if (phase_ == Phase::disk_wait) return disk_retry_at_;
    if (!asking()) return std::nullopt;
    Time next = next_ask_;
    if (!suppliers_.idle()) next = std::min(next, housekeeping_at_);
    if (const auto back = suppliers_.next_return(last_seen_)) next = std::min(next, *back);
    return next == Time::max() ? std::nullopt : std::optional(next);
}

void Download::set_fetches_max(std::size_t fetches) {
    fetches_max_ = fetches;
    if (transfer_ != nullptr) transfer_->set_fetches_max(fetches);
}

}  // namespace iwant::swarm
