#include "core/swarm/swarm.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.h"
#include "core/protocol/limits.h"
#include "core/swarm/desk.h"
#include "core/swarm/download.h"

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
    void on(const SourcesFound& event, Time now);
    void on(const PeerArrived& event, Time now);
    void on(const PeerLeft& event, Time now);
    void on(const HashAnswered& event, Time now);
    void on(const PieceStored& event, Time now);
    void on(const FetchEnded& event, Time now);
    void on(const PiecesGained& event, Time now) { tell_content(event, now); }
    void on(const HolderMet& event, Time now) { tell_content(event, now); }
    /// To the download of its content.
    template <class About>
    void tell_content(const About& event, Time now) {
        for (const auto& download : downloads) {
            if (download->content() == event.content) return download->handle(event, now);
        }
    }
    /// TreeAnswered, PieceListAnswered, Prepared, Finished, PiecesTold.
    template <class Answer>
    void on(const Answer& event, Time now) {
        if (Download* download = find(event.id)) download->handle(event, now);
    }

    Download& add(DownloadRecord record, Download::Origin origin);
    Download* find(DownloadId id);
    const Download* find_content(const Hash256& content, const Download* except) const;
    Download* owner_of(FetchId fetch);
    void start_queued(Time now);
    void look_at_holdings();
    void tell_bans(Time now);

    std::vector<DownloadId> held;
    std::uint64_t held_version = 0;
    std::uint64_t bans_told = 0;
    Options options;
    Prng prng;
    Desk desk;
    std::vector<std::unique_ptr<Download>> downloads;  ///< in order of asking
    std::map<DownloadId, Download*> by_id;
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
    by_id.erase(event.id);
    std::erase_if(downloads, [&](const auto& one) { return one.get() == download; });
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

void Swarm::State::on(const FetchEnded& event, Time now) {
    Download* download = owner_of(event.fetch);
    desk.owners.erase(event.fetch);
    if (download != nullptr) download->handle(event, now);
}

Download& Swarm::State::add(DownloadRecord record, Download::Origin origin) {
    const DownloadId id = record.id;
    downloads.push_back(std::make_unique<Download>(std::move(record), origin, prng.split(), desk));
    by_id.emplace(id, downloads.back().get());
    return *downloads.back();
}

Download* Swarm::State::find(DownloadId id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
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

void Swarm::State::start_queued(Time now) {
    std::size_t running = 0;
    std::size_t transferring = 0;
    for (const auto& download : downloads) {
        if (download->running(now)) ++running;
        if (download->transferring()) ++transferring;
    }
    for (const auto& download : downloads) {
        if (running >= options.parallel_max) break;
        if (!download->queued()) continue;
        download->start(now);
        if (download->running(now)) ++running;
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
    for (const auto& download : state_->downloads) all.push_back(download->status(now));
    return all;
}

std::optional<DownloadStatus> Swarm::download(DownloadId id, Time now) const {
    const Download* download = state_->find(id);
    if (download == nullptr) return std::nullopt;
    return download->status(now);
}

std::optional<DownloadId> Swarm::find(const Hash256& content) const {
    const Download* download = state_->find_content(content, nullptr);
    if (download == nullptr) return std::nullopt;
    return download->id();
}

std::vector<protocol::Holding> Swarm::holdings() const {
    std::vector<protocol::Holding> all;
    const auto& downloads = state_->downloads;
    for (auto one = downloads.rbegin(); one != downloads.rend(); ++one) {
        if (all.size() == protocol::kHoldingsMax) break;
        if (auto holding = (*one)->holding()) all.push_back(*std::move(holding));
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
