#include "app/daemon/fetch_queue.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/assert.h"

namespace iwant::daemon {
namespace {

/// Cuts at most so many bytes off the front of a job, but a piece.
FetchJob cut_part(FetchJob& job, std::uint64_t bytes_max) {
    const std::uint64_t fit = bytes_max / piece_size_for(job.size_bytes);
    FetchJob part = job;
    part.count = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(fit, 1, job.count));
    job.first.value += part.count;
    job.count -= part.count;
    return part;
}

/// Behind the urgent ones.
std::deque<FetchJob>::iterator first_usual(std::deque<FetchJob>& parts) {
    return std::ranges::find(parts, FetchJob::Urgency::usual, &FetchJob::urgency);
}

}  // namespace

std::optional<FetchJob> FetchQueue::take(StreamNumber stream, std::uint64_t bytes_max) {
    const std::optional<DownloadId> download = next_for(stream);
    if (!download) return std::nullopt;
    Share& share = shares_.at(*download);
    FetchJob part = cut_part(share.parts.front(), bytes_max);
    Fetch& fetch = fetches_.at(part.fetch);
    if (share.parts.front().count == 0) {
        share.parts.pop_front();
        --fetch.queued;
    }
    ++fetch.taken;
    ++share.taken;
    streams_.at(stream) = download;
    virtual_time_ = std::max(virtual_time_, share.given);
    share.given += bytes_of(part);
    return part;
}

bool FetchQueue::has_work_for(StreamNumber stream) const {
    return next_for(stream).has_value();
}

std::optional<DownloadId> FetchQueue::next_for(StreamNumber stream) const {
    const auto rank = [&](const Shares::value_type& one) {
        const auto& [download, share] = one;
        const bool usual = share.parts.front().urgency == FetchJob::Urgency::usual;
        const std::size_t others =
            streams_on(download, 0, stream) + streams_on(download, stream + 1, last_stream_ + 1);
        return std::tuple(usual, others, share.given);
    };
    auto best = shares_.end();
    for (auto share = shares_.begin(); share != shares_.end(); ++share) {
        if (share->second.parts.empty()) continue;
        if (best == shares_.end() || rank(*share) < rank(*best)) best = share;
    }
    if (best == shares_.end()) return std::nullopt;
    // Of two that serve the same beside another download one rests: a sender shares by streams.
    const bool usual = best->second.parts.front().urgency == FetchJob::Urgency::usual;
    if (usual && shares_.size() > 1 && streams_on(best->first, 0, stream) > 0) return std::nullopt;
    return best->first;
}

/// Of the numbers [from, to).
std::size_t FetchQueue::streams_on(DownloadId download, StreamNumber from, StreamNumber to) const {
    return static_cast<std::size_t>(
        std::count_if(streams_.lower_bound(from), streams_.lower_bound(to),
                      [&](const auto& one) { return one.second == download; }));
}

bool FetchQueue::wants_stream(DownloadId download) const {
    const bool resting =
        std::ranges::any_of(streams_, [](const auto& one) { return !one.second.has_value(); });
    if (resting || streams_.size() >= kStreamsMax) return false;
    const std::size_t wanted = shares_.size() > 1 ? 1 : kStreamsAlone;
    return streams_on(download, 0, last_stream_ + 1) < wanted;
}

FetchQueue::StreamNumber FetchQueue::open_stream(DownloadId download) {
    streams_.emplace(++last_stream_, download);
    return last_stream_;
}

void FetchQueue::add(FetchJob job) {
    ASSERT(job.count > 0);
    swarm::FetchEnded end{job.fetch, {}};
    Fetch fetch{.download = job.download, .end = std::move(end)};
    ASSERT(fetches_.emplace(job.fetch, std::move(fetch)).second);
    // Who comes anew gets as much as the others from now on, and nothing for the time before.
    Share& share = shares_.try_emplace(job.download, Share{{}, 0, virtual_time_}).first->second;
    const bool usual = job.urgency == FetchJob::Urgency::usual;
    const auto behind = usual ? share.parts.end() : first_usual(share.parts);
    share.parts.insert(behind, std::move(job));
}

std::optional<swarm::FetchEnded> FetchQueue::put_back(FetchJob part) {
    if (is_cancelled(part.fetch)) return ended(part.fetch, {}, 0);
    Fetch& fetch = fetches_.at(part.fetch);
    Share& share = shares_.at(part.download);
    ASSERT(fetch.taken > 0 && share.taken > 0);
    --fetch.taken;
    ++fetch.queued;
    --share.taken;
    share.given -= std::min(share.given, bytes_of(part));
    const bool usual = part.urgency == FetchJob::Urgency::usual;
    const auto before = usual ? first_usual(share.parts) : share.parts.begin();
    share.parts.insert(before, std::move(part));
    return std::nullopt;
}

std::optional<swarm::FetchEnded> FetchQueue::ended(FetchId id, Result<void> outcome,
                                                   std::uint32_t place) {
    const auto found = fetches_.find(id);
    ASSERT(found != fetches_.end() && found->second.taken > 0);
    Fetch& fetch = found->second;
    --fetch.taken;
    --shares_.at(fetch.download).taken;
    if (!outcome && fetch.end.outcome) {
        // A busy peer still sends what it has begun.
        fetch.cancelled = outcome.error().code != ErrorCode::busy;
        fetch.end.outcome = std::move(outcome);
        fetch.end.place = place;
        drop_queued(found);
        if (fetch.cancelled) return conclude(found);
    }
    forget_idle(fetch.download);
    return fetch.queued + fetch.taken == 0 ? conclude(found) : std::nullopt;
}

void FetchQueue::hurry(FetchId id) {
    const auto fetch = fetches_.find(id);
    if (fetch == fetches_.end() || fetch->second.queued == 0) return;
    std::deque<FetchJob>& parts = shares_.at(fetch->second.download).parts;
    const auto usual = first_usual(parts);
    const auto others = std::stable_partition(
        usual, parts.end(), [&](const FetchJob& part) { return part.fetch == id; });
    std::for_each(usual, others, [](FetchJob& part) { part.urgency = FetchJob::Urgency::first; });
}

std::optional<swarm::FetchEnded> FetchQueue::cancel(FetchId id) {
    const auto fetch = fetches_.find(id);
    if (fetch == fetches_.end() || fetch->second.cancelled) return std::nullopt;
    fetch->second.cancelled = true;
    if (fetch->second.end.outcome) {
        fetch->second.end.outcome = failure(ErrorCode::cancelled, "fetch", "cancelled");
    }
    drop_queued(fetch);
    return fetch->second.taken == 0 ? conclude(fetch) : std::nullopt;
}

std::optional<swarm::FetchEnded> FetchQueue::conclude(Fetches::iterator found) {
    Fetch& fetch = found->second;
    std::optional<swarm::FetchEnded> end;
    if (!std::exchange(fetch.told, true)) end = fetch.end;
    if (fetch.taken == 0) fetches_.erase(found);
    return end;
}

void FetchQueue::drop_queued(Fetches::iterator fetch) {
    std::erase_if(shares_.at(fetch->second.download).parts,
                  [&](const FetchJob& part) { return part.fetch == fetch->first; });
    fetch->second.queued = 0;
    forget_idle(fetch->second.download);
}

std::vector<swarm::FetchEnded> FetchQueue::end_all(const Error& error) {
    std::vector<swarm::FetchEnded> ends;
    for (auto fetch = fetches_.begin(); fetch != fetches_.end();) {
        const auto next = std::next(fetch);
        if (fetch->second.queued > 0) {
            fetch->second.end.outcome = std::unexpected(error);
            fetch->second.cancelled = true;
            drop_queued(fetch);
            if (auto end = conclude(fetch)) ends.push_back(std::move(*end));
        }
        fetch = next;
    }
    return ends;
}

void FetchQueue::forget_idle(DownloadId download) {
    const auto share = shares_.find(download);
    if (share == shares_.end()) return;
    if (share->second.parts.empty() && share->second.taken == 0) shares_.erase(share);
}

}  // namespace iwant::daemon
