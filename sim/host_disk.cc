#include "sim/host.h"

// The part of Host that plays the workers: part folders, fetches, records.

namespace iwant::sim {

using std::chrono::milliseconds;

namespace {
constexpr Duration kDisk = milliseconds(2);
constexpr std::uint64_t kBytesPerMillisecond = 50'000;
constexpr Duration kUnsynced = std::chrono::seconds(5);
constexpr std::size_t kWrittenMax = 256;
}  // namespace

void Host::download(const Item& item, PeerId from, EntryId entry, Known content) {
    if (!wanted_.insert(item.content).second) return;
    swarm::Target target;
    target.kind = item.kind;
    target.name = "download" + std::to_string(next_download_);
    target.size_bytes = item.size_bytes;
    if (content == Known::yes) target.content = item.content;
    target.sources.push_back({from, entry});
    const DownloadId id{next_download_++};
    deliver(node::SwarmEvent(swarm::DownloadAsked{id, std::move(target), "/downloads"}));
}

std::vector<swarm::DownloadStatus> Host::open_downloads() const {
    std::vector<swarm::DownloadStatus> open;
    if (!node_) return open;
    for (auto& status : node_->swarm().downloads(world_.timeline().now())) {
        if (status.state != swarm::DownloadState::done) open.push_back(std::move(status));
    }
    return open;
}

void Host::perform_one(node::SwarmAction& action) {
    std::visit([&](auto& one) { work(one); }, action);
}

bool Host::disk_fails() {
    return prng_.chance(disk_errors_percent_, 100);
}

// What was written within the last seconds before the power went was not synced.
void Host::lose_late_writes() {
    const Time now = world_.timeline().now();
    for (const Written& written : std::exchange(written_, {})) {
        if (written.when + kUnsynced <= now) continue;
        const auto saved = saved_.find(written.content);
        if (saved != saved_.end()) saved->second.erase(written.piece);
    }
}

void Host::work(swarm::Prepare& action) {
    if (disk_fails()) {
        later(kDisk, node::SwarmEvent(swarm::Prepared{
                         action.id, failure(ErrorCode::no_space, "prepare", "disk full")}));
        return;
    }
    Parts& parts = parts_[action.id];
    parts.plan = action.plan;
    const auto saved = saved_.find(action.plan->content);
    const bool resumed = saved != saved_.end() && saved->second.size() == action.plan->pieces;
    parts.present = resumed ? saved->second : swarm::PieceSet(action.plan->pieces);
    swarm::Prepared::Ready ready{parts.present, std::nullopt};
    later(kDisk, node::SwarmEvent(swarm::Prepared{action.id, std::move(ready)}));
}

void Host::work(swarm::StartFetch& action) {
    const FetchId id = action.fetch;
    fetches_[id] = {std::move(action), 0};
    fetch_next(id);
}

void Host::fetch_next(FetchId id) {
    const Fetch& fetch = fetches_.at(id);
    const auto& file = parts_.at(fetch.what.id).plan->files.at(fetch.what.file.value);
    const PieceIndex piece{fetch.what.first.value + fetch.done};
    const std::uint64_t length = piece_length(file.size_bytes, piece);
    const Duration takes = milliseconds(2 + length / kBytesPerMillisecond);
    const std::uint64_t instance = instance_;
    const std::uint64_t number = file.first_piece + piece.value;
    world_.timeline().after(takes, [this, instance, id, piece, length, number] {
        if (instance == instance_ && fetches_.contains(id)) fetched(id, piece, length, number);
    });
}

void Host::fetched(FetchId id, PieceIndex piece, std::uint64_t length, std::uint64_t number) {
    using Piece = Surroundings::Piece;
    Fetch& going = fetches_.at(id);
    Parts& parts = parts_.at(going.what.id);
    const FileId content = parts.plan->files.at(going.what.file.value).file;
    const Piece got = world_.fetch(number_, going.what.peer, content);
    if (got != Piece::right || disk_fails()) {
        const ErrorCode code = got == Piece::right     ? ErrorCode::io
                               : got == Piece::wrong   ? ErrorCode::corrupt
                               : got == Piece::missing ? ErrorCode::not_found
                                                       : ErrorCode::network;
        fetches_.erase(id);
        deliver(node::SwarmEvent(swarm::FetchEnded{id, failure(code, "fetch", "failed")}));
        return;
    }
    parts.present.insert(number);
    saved_[parts.plan->content] = parts.present;
    if (written_.size() >= kWrittenMax) written_.erase(written_.begin());
    written_.push_back({world_.timeline().now(), parts.plan->content, number});
    const bool over = ++going.done == going.what.count;
    if (over) fetches_.erase(id);
    const std::uint64_t instance = instance_;
    deliver(node::SwarmEvent(swarm::PieceStored{id, piece, static_cast<std::uint32_t>(length)}));
    if (instance != instance_) return;
    if (over) {
        deliver(node::SwarmEvent(swarm::FetchEnded{id, {}}));
    } else if (fetches_.contains(id)) {
        fetch_next(id);
    }
}

void Host::work(swarm::CancelFetch& action) {
    if (fetches_.erase(action.fetch) == 0) return;
    later(kDisk, node::SwarmEvent(swarm::FetchEnded{
                     action.fetch, failure(ErrorCode::cancelled, "fetch", "cancelled")}));
}

void Host::work(swarm::Finish& action) {
    const auto parts = parts_.find(action.id);
    if (parts == parts_.end() || parts->second.present.count() != parts->second.plan->pieces)
        world_.finished_too_early(number_);
    if (disk_fails()) {
        later(kDisk, node::SwarmEvent(swarm::Finished{
                         action.id, failure(ErrorCode::no_space, "finish", "disk full")}));
        return;
    }
    const std::string path = "/downloads/" + std::to_string(action.id.value);
    later(kDisk, node::SwarmEvent(swarm::Finished{action.id, path}));
}

void Host::work(swarm::Release& action) {
    if (action.parts == swarm::Release::Parts::remove) parts_.erase(action.id);
}

void Host::work(swarm::SaveDownload& action) {
    records_[action.record.id] = action.record;
}

void Host::work(swarm::ForgetDownload& action) {
    records_.erase(action.id);
}

}  // namespace iwant::sim
