// What comes of what was asked for: pieces, ends and failures, and what is given up.

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "core/swarm/transfer.h"

namespace iwant::swarm {
namespace {

bool is_our_disk(ErrorCode code) {
    return code == ErrorCode::no_space || code == ErrorCode::permission || code == ErrorCode::io;
}

}  // namespace

void Transfer::piece_stored(const PieceStored& event, Time now) {
    const auto late = given_up_.find(event.fetch);
    if (late != given_up_.end()) {
        late_piece(late->second, event.piece, now);
        return;
    }
    const auto found = fetches_.find(event.fetch);
    if (found == fetches_.end()) return;
    Fetch& fetch = found->second;
    const std::uint64_t offset = std::uint64_t{event.piece.value} - fetch.first.value;
    ASSERT(event.piece >= fetch.first && offset < fetch.stored.size());
    if (!fetch.stored.insert(offset)) return;
    const std::uint64_t bytes = piece_length(planned(fetch.file).size_bytes, event.piece);
    fetch.bytes_left -= bytes;
    const PeerId peer = fetch.peer;
    const std::optional<FetchId> twin = fetch.twin;
    Supplier& supplier = *suppliers_.find(peer);
    // Another piece of the run may be coming, too.
    const std::uint64_t told = std::min(bytes, fetch.coming_bytes);
    fetch.coming_bytes -= told;
    supplier.piece_stored(bytes, told, now);
    keep(fetch.file, event.piece, told, now);
    if (twin) give_up(*twin);
    while (!disk_error_ && !complete() && fill_once(peer, supplier, now)) continue;
}

void Transfer::piece_progress(const PieceProgress& event, Time now) {
    const auto found = fetches_.find(event.fetch);
    if (found == fetches_.end()) return;
    found->second.coming_bytes += event.bytes;
    meter_.add(event.bytes, now);
    suppliers_.find(found->second.peer)->progressed(event.bytes, now);
}

void Transfer::late_piece(const Fetch& fetch, PieceIndex piece, Time now) {
    ASSERT(piece >= fetch.first && piece.value - fetch.first.value < fetch.stored.size());
    const std::uint64_t number = planned(fetch.file).first_piece + piece.value;
    if (present_.contains(number)) return;
    if (Supplier* supplier = suppliers_.find(fetch.peer)) {
        supplier->late_piece(piece_length(planned(fetch.file).size_bytes, piece));
    }
    keep(fetch.file, piece, 0, now);
    if (picker_.withdraw(fetch.file, piece)) return;
    // Somebody else was asked for it meanwhile; when that was all, it is not needed any more.
    for (auto& [id, other] : fetches_) {
        const std::uint64_t offset = std::uint64_t{piece.value} - other.first.value;
        if (other.file != fetch.file || piece < other.first || offset >= other.stored.size())
            continue;
        if (other.stored.size() - other.stored.count() == 1) {
            give_up(id);
            return;
        }
    }
}

void Transfer::keep(FileIndex file, PieceIndex piece, std::uint64_t told_bytes, Time now) {
    const std::uint64_t bytes = piece_length(planned(file).size_bytes, piece);
    if (!present_.insert(planned(file).first_piece + piece.value)) {
        redundant_bytes_ += bytes;
        return;
    }
    bytes_done_ += bytes;
    meter_.add(bytes - std::min(bytes, told_bytes), now);
    if (--pieces_left_[file.value] != 0) return;
    ++files_done_;
    lists_.forget(planned(file).file);
}

void Transfer::fetch_ended(const FetchEnded& event, Time now) {
    const auto late = given_up_.find(event.fetch);
    if (late != given_up_.end()) {
        const Fetch fetch = std::move(late->second);
        given_up_.erase(late);
        if (!event.outcome && event.outcome.error().code == ErrorCode::corrupt) {
            end_with_error(fetch, event.outcome.error(), now);
        }
        return;
    }
    const auto found = fetches_.find(event.fetch);
    if (found == fetches_.end()) return;
    const Fetch fetch = close(found);
    if (!event.outcome && event.outcome.error().code == ErrorCode::busy && event.place > 0) {
        suppliers_.queued_at(fetch.peer, event.place, now);
    } else if (!event.outcome) {
        end_with_error(fetch, event.outcome.error(), now);
    } else if (!fetch.stored.complete()) {
        end_with_error(fetch, {ErrorCode::network, "fetch", "it ended too early"}, now);
    }
    pump(now);
}

void Transfer::end_with_error(const Fetch& fetch, const Error& error, Time now) {
    if (is_our_disk(error.code)) {
        disk_error_ = error;
        return;
    }
    suppliers_.blame(fetch.peer, error, planned(fetch.file).file.hash, now);
    Supplier& supplier = *suppliers_.find(fetch.peer);
    drop_if_useless(supplier);
    if (supplier.dropped()) {
        give_up_all(supplier);
    } else if (supplier.lied()) {
        give_up_excluded(supplier);
    }
}

// Of one file there is nothing else to ask for.
void Transfer::drop_if_useless(Supplier& supplier) const {
    if (supplier.lied() && plan_->files.size() == 1) supplier.drop();
}

void Transfer::give_up_excluded(const Supplier& supplier) {
    std::vector<FetchId> excluded;
    for (const FetchId id : supplier.fetches()) {
        if (supplier.excludes(planned(fetches_.at(id).file).file.hash)) excluded.push_back(id);
    }
    for (const FetchId id : excluded) give_up(id);
}

Transfer::Fetch Transfer::close(Fetches::iterator it) {
    Fetch fetch = std::move(it->second);
    const FetchId id = it->first;
    fetches_.erase(it);
    suppliers_.find(fetch.peer)->fetch_ended(id, fetch.bytes_left);
    const auto twin = fetch.twin ? fetches_.find(*fetch.twin) : fetches_.end();
    if (twin != fetches_.end()) {
        twin->second.twin.reset();
        return fetch;
    }
    const std::uint64_t base = planned(fetch.file).first_piece + fetch.first.value;
    std::uint64_t place = plan_->pieces;
    for (std::uint32_t i = 0; i < fetch.stored.size(); ++i) {
        if (present_.contains(base + i)) continue;
        picker_.put_back(fetch.file, PieceIndex{fetch.first.value + i});
        place = std::min(place, picker_.place_of(base + i));
    }
    for (auto& [peer, supplier] : suppliers_.all()) {
        supplier.cursor = std::min(supplier.cursor, place);
    }
    return fetch;
}

void Transfer::give_up(FetchId id) {
    const auto found = fetches_.find(id);
    ASSERT(found != fetches_.end());
    given_up_.emplace(id, close(found));
    desk_.actions.push_back(CancelFetch{id});
}

void Transfer::give_up_all(const Supplier& supplier) {
    while (!supplier.fetches().empty()) give_up(*supplier.fetches().rbegin());
}

}  // namespace iwant::swarm
