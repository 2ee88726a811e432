#include "core/swarm/swarm.h"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/assert.h"
#include "core/protocol/limits.h"
#include "core/swarm/desk.h"
#include "core/swarm/download.h"
#include "core/swarm/download_queue.h"

namespace iwant::swarm {
namespace {

constexpr std::size_t kFetchesMin = 8;

}  // namespace

struct Swarm::State {
    State(Options chosen, Prng seeded, Logger& logger)
        : options(chosen), prng(seeded), desk{logger, {}, 0, {}} {}

    // What the events mean, one function each.
    void on(const DownloadAsked& event, Time now);
    void on(const DownloadRestored& event, Time now);
    void on(const PauseAsked& event, Time now);
    void on(const ResumeAsked& event, Time now);
    void on(const CancelAsked& event, Time now);
    void on(const MoveAsked& event, Time now);
    void on(const WantFirst& event, Time now);
    void on(const SourcesFound& event, Time now);
    void on(const PeerArrived& event, Time now);
    void on(const PeerLeft& event, Time now);
    void on(const HashAnswered& event, Time now);
    void on(const PieceStored& event, Time now);
    void on(const PieceProgress& event, Time now);
    void on(const FetchEnded& event, Time now);
    void on(const Prepared& event, Time now);
    void on(const PiecesGained& event, Time now) { tell_content(event, now); }
    void on(const HolderMet& event, Time now) { tell_content(event, now); }
    /// To the download of its content.
    template <class About>
    void tell_content(const About& event, Time now) {
        for (const auto& download : downloads) {
            if (download->content() == event.content) return download->handle(event, now);
        }
    }
    /// TreeAnswered, PieceListAnswered, Finished, PiecesTold.
    template <class Answer>
    void on(const Answer& event, Time now) {
        if (Download* download = find(event.id)) download->handle(event, now);
    }

    Download& add(DownloadRecord record, Download::Origin origin);
    Download* find(DownloadId id) { return downloads.find(id); }
    const Download* find_content(const Hash256& content, const Download* except) const;
    Download* owner_of(FetchId fetch);
    std::size_t running(Time now) const;
    void start_queued(Time now);
    void look_at_holdings();
    void tell_bans(Time now);
    void make_way(Time now);

    bool makes_way_later = false;  ///< somebody should who could not
    std::vector<DownloadId> held;
    std::uint64_t held_version = 0;
    std::uint64_t bans_told = 0;
    Options options;
    Prng prng;
    Desk desk;
    DownloadQueue downloads;
};

Swarm::Swarm(Options options, Prng prng, Logger& logger)
    : state_(std::make_unique<State>(options, prng, logger)) {
    ASSERT(options.parallel_max > 0);
}

Swarm::~Swarm() = default;

void Swarm::handle(Event event, Time now) {
    std::visit([&](const auto& one) { state_->on(one, now); }, event);
    // Pieces are many, and rarely does one free a place in the queue.
    if (std::holds_alternative<PieceStored>(event)) return;
    if (std::holds_alternative<PieceProgress>(event)) return;
    state_->tell_bans(now);
    state_->start_queued(now);
    state_->look_at_holdings();
}

void Swarm::tick(Time now) {
    for (const auto& download : state_->downloads) {
        const auto deadline = download->next_deadline();
        if (deadline && *deadline <= now) download->tick(now);
    }
    state_->start_queued(now);
}

void Swarm::State::on(const DownloadAsked& event, Time now) {
    ASSERT(find(event.id) == nullptr);
    const auto& content = event.target.content;
    const Download* known = content ? find_content(*content, nullptr) : nullptr;
    if (known != nullptr) {
        find(known->id())->asked_again(event, now);
        return;
    }
    DownloadRecord record;
    record.id = event.id;
    record.target = event.target;
    record.folder = event.folder;
    record.rank = downloads.rank_behind();
    add(std::move(record), Download::Origin::asked).save();
}

void Swarm::State::on(const DownloadRestored& event, Time) {
    ASSERT(find(event.record.id) == nullptr);
    add(event.record, Download::Origin::restored);
}

void Swarm::State::on(const PauseAsked& event, Time now) {
    if (Download* download = find(event.id)) download->pause(now);
}

void Swarm::State::on(const ResumeAsked& event, Time now) {
    if (Download* download = find(event.id)) download->resume(now);
}

void Swarm::State::on(const CancelAsked& event, Time) {
    Download* download = find(event.id);
    if (download == nullptr) return;
    download->cancel();
    downloads.erase(event.id);
}

void Swarm::State::on(const MoveAsked& event, Time now) {
    if (find(event.id) == nullptr) return;
    downloads.move(event.id, event.to);
    make_way(now);
}

void Swarm::State::on(const WantFirst& event, Time now) {
    if (Download* download = find(event.id)) download->want_first(event.pieces, now);
}

void Swarm::State::on(const SourcesFound& event, Time now) {
    for (const auto& download : downloads) {
        if (download->content() == event.content) download->sources_found(event, now);
    }
}

void Swarm::State::on(const PeerArrived& event, Time now) {
    for (const auto& download : downloads) download->peer_arrived(event.peer, now);
}

void Swarm::State::on(const PeerLeft& event, Time now) {
    for (const auto& download : downloads) download->peer_left(event.peer, now);
}

void Swarm::State::on(const HashAnswered& event, Time now) {
    Download* download = find(event.id);
    if (download == nullptr || download->content()) return;
    download->take_hash(event, now);
    if (!download->content()) {
        download->settle(now);
    } else if (find_content(*download->content(), download) != nullptr) {
        const Error error{ErrorCode::already_exists, "download",
                          "the same content is among the downloads already, under another name"};
        download->fail(error, now);
    } else {
        download->save();
        download->settle(now);
    }
}

void Swarm::State::on(const PieceStored& event, Time now) {
    Download* download = owner_of(event.fetch);
    if (download == nullptr) return;
    const bool transferring = download->transferring();
    download->handle(event, now);
    if (transferring && !download->transferring()) start_queued(now);
}

void Swarm::State::on(const PieceProgress& event, Time now) {
    if (Download* download = owner_of(event.fetch)) download->handle(event, now);
}

void Swarm::State::on(const FetchEnded& event, Time now) {
    Download* download = owner_of(event.fetch);
    desk.owners.erase(event.fetch);
    if (download != nullptr) download->handle(event, now);
}

void Swarm::State::on(const Prepared& event, Time now) {
    if (Download* download = find(event.id)) download->handle(event, now);
    if (makes_way_later) make_way(now);
}

Download& Swarm::State::add(DownloadRecord record, Download::Origin origin) {
    return downloads.add(std::make_unique<Download>(std::move(record), origin, prng.split(), desk));
}

const Download* Swarm::State::find_content(const Hash256& content, const Download* except) const {
    for (const auto& download : downloads) {
        if (download.get() != except && download->content() == content) return download.get();
    }
    return nullptr;
}

Download* Swarm::State::owner_of(FetchId fetch) {
    ASSERT(fetch.value > 0 && fetch.value <= desk.fetches_issued);
    const auto owner = desk.owners.find(fetch);
    return owner == desk.owners.end() ? nullptr : find(owner->second);
}

std::size_t Swarm::State::running(Time now) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(downloads, [now](const auto& one) { return one->running(now); }));
}

// Who was moved forward runs instead of who is behind it now. One that is just being prepared (or
// moved into place) gives way in a moment, so nobody before it has to.
void Swarm::State::make_way(Time now) {
    std::ptrdiff_t later = 0;
    for (auto last = downloads.end(); last != downloads.begin();) {
        Download& behind = **--last;
        if (!behind.running(now)) continue;
        const auto queued =
            std::count_if(downloads.begin(), last, [](const auto& one) { return one->queued(); });
        if (queued <= later || running(now) < options.parallel_max) break;
        if (!behind.can_yield()) {
            ++later;
            continue;
        }
        behind.yield(now);
        start_queued(now);
    }
    makes_way_later = later > 0;
}

void Swarm::State::start_queued(Time now) {
    std::size_t taken = running(now);
    std::size_t transferring = 0;
    for (const auto& download : downloads) {
        if (download->transferring()) ++transferring;
    }
    for (const auto& download : downloads) {
        if (taken >= options.parallel_max) break;
        if (!download->queued()) continue;
        download->start(now);
        if (download->running(now)) ++taken;
    }
    const std::size_t share = Transfer::kFetchesMax / std::max<std::size_t>(transferring, 1);
    for (const auto& download : downloads) download->set_fetches_max(std::max(share, kFetchesMin));
}

void Swarm::State::look_at_holdings() {
    std::vector<DownloadId> now_held;
    for (const auto& download : downloads) {
        if (download->holding()) now_held.push_back(download->id());
    }
    if (now_held == held) return;
    held = std::move(now_held);
    ++held_version;
}

void Swarm::State::tell_bans(Time now) {
    if (bans_told == desk.bans.version()) return;
    bans_told = desk.bans.version();
    for (const auto& [peer, until] : desk.bans.all(now)) {
        for (const auto& download : downloads) download->banned(peer, until, now);
    }
}

std::vector<Action> Swarm::take_actions() {
    return std::exchange(state_->desk.actions, {});
}

std::optional<Time> Swarm::next_deadline() const {
    std::optional<Time> next;
    for (const auto& download : state_->downloads) {
        const auto deadline = download->next_deadline();
        if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    return next;
}

std::vector<DownloadStatus> Swarm::downloads(Time now) const {
    std::vector<DownloadStatus> all;
    std::uint64_t place = 0;
    for (const auto& download : state_->downloads) {
        all.push_back(download->status(now));
        if (download->queued()) all.back().place = ++place;
    }
    return all;
}

std::optional<DownloadStatus> Swarm::download(DownloadId id, Time now) const {
    const Download* download = state_->find(id);
    if (download == nullptr) return std::nullopt;
    DownloadStatus status = download->status(now);
    if (download->queued()) status.place = state_->downloads.place_of(id);
    return status;
}

std::optional<Swarm::Place> Swarm::find_file(const FileId& file) const {
    for (const auto& download : state_->downloads) {
        const SharedPlan& plan = download->plan();
        if (plan == nullptr) continue;
        const auto found = std::ranges::find(plan->files, file, &PlannedFile::file);
        if (found == plan->files.end()) continue;
        return Place{download->id(), plan,
                     FileIndex{static_cast<std::uint32_t>(found - plan->files.begin())}};
    }
    return std::nullopt;
}

bool Swarm::has_piece(DownloadId id, std::uint64_t plan_piece) const {
    const Download* download = state_->find(id);
    return download != nullptr && download->has(plan_piece);
}

std::vector<FileProgress> Swarm::files(DownloadId id, std::size_t first, std::size_t count) const {
    const Download* download = state_->find(id);
    return download == nullptr ? std::vector<FileProgress>() : download->files(first, count);
}

SharedPieceList Swarm::piece_list(DownloadId id, const FileId& file) const {
    const Download* download = state_->find(id);
    return download == nullptr ? nullptr : download->piece_list(file);
}

std::optional<DownloadId> Swarm::find(const Hash256& content) const {
    const Download* download = state_->find_content(content, nullptr);
    if (download == nullptr) return std::nullopt;
    return download->id();
}

std::vector<protocol::Holding> Swarm::holdings() const {
    std::vector<protocol::Holding> all;
    for (const auto& download : std::views::reverse(state_->downloads)) {
        if (all.size() == protocol::kHoldingsMax) break;
        if (auto holding = download->holding()) all.push_back(*std::move(holding));
    }
    return all;
}

std::uint64_t Swarm::holdings_version() const {
    return state_->held_version;
}

std::optional<Swarm::Present> Swarm::present(const Hash256& content) const {
    const Download* download = state_->find_content(content, nullptr);
    if (download == nullptr || !download->holding()) return std::nullopt;
    const PieceSet* pieces = download->present();
    return Present{pieces == nullptr, pieces};
}

std::vector<std::pair<PeerId, Time>> Swarm::banned(Time now) const {
    return state_->desk.bans.all(now);
}

}  // namespace iwant::swarm
