#include "core/swarm/download_queue.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace iwant::swarm {
namespace {

bool in_play(const std::unique_ptr<Download>& download) {
    return !download->ended();
}

}  // namespace

Download& DownloadQueue::add(std::unique_ptr<Download> download) {
    ASSERT(!by_id_.contains(download->id()));
    const auto behind = std::ranges::upper_bound(downloads_, download->rank(), {},
                                                 [](const auto& other) { return other->rank(); });
    Download& added = **downloads_.insert(behind, std::move(download));
    by_id_.emplace(added.id(), &added);
    return added;
}

std::int64_t DownloadQueue::rank_behind() const {
    return downloads_.empty() ? 0 : downloads_.back()->rank() + 1;
}

Download* DownloadQueue::find(DownloadId id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

DownloadQueue::Downloads::iterator DownloadQueue::position(DownloadId id) {
    const auto found =
        std::ranges::find(downloads_, id, [](const auto& download) { return download->id(); });
    ASSERT(found != downloads_.end());
    return found;
}

void DownloadQueue::erase(DownloadId id) {
    by_id_.erase(id);
    downloads_.erase(position(id));
}

void DownloadQueue::move(DownloadId id, QueuePlace to) {
    const auto from = position(id);
    switch (to) {
        case QueuePlace::first:
            if (from == downloads_.begin()) return;
            (*from)->set_rank(downloads_.front()->rank() - 1);
            std::rotate(downloads_.begin(), from, from + 1);
            return;
        case QueuePlace::last:
            if (from + 1 == downloads_.end()) return;
            (*from)->set_rank(rank_behind());
            std::rotate(from, from + 1, downloads_.end());
            return;
        case QueuePlace::up:
            return move_up(from);
        case QueuePlace::down:
            return move_down(from);
    }
}

void DownloadQueue::move_up(Downloads::iterator from) {
    const auto ahead = std::find_if(std::make_reverse_iterator(from), downloads_.rend(), in_play);
    if (ahead != downloads_.rend()) exchange(ahead.base() - 1, from);
}

void DownloadQueue::move_down(Downloads::iterator from) {
    const auto behind = std::find_if(from + 1, downloads_.end(), in_play);
    if (behind != downloads_.end()) exchange(from, behind);
}

void DownloadQueue::exchange(Downloads::iterator a, Downloads::iterator b) {
    // Ranks of an earlier run may be equal.
    const std::int64_t first = (*a)->rank();
    const std::int64_t second = std::max((*b)->rank(), first + 1);
    (*b)->set_rank(first);
    (*a)->set_rank(second);
    std::swap(*a, *b);
}

std::uint64_t DownloadQueue::place_of(DownloadId id) const {
    std::uint64_t place = 0;
    for (const auto& download : downloads_) {
        if (download->queued()) ++place;
        if (download->id() == id) break;
    }
    return place;
}

}  // namespace iwant::swarm
