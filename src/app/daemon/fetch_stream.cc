#include "app/daemon/fetch_stream.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "core/protocol/limits.h"

namespace iwant::daemon {
namespace {

/// How often it is told that a piece is coming.
constexpr Duration kTellEach = std::chrono::milliseconds(100);

/// Too short a time says nothing about a rate.
constexpr Duration kMeasuringMin = std::chrono::milliseconds(250);

constexpr std::uint64_t bytes_in(Duration time, std::uint64_t rate) {
    return rate * static_cast<std::uint64_t>(time / std::chrono::milliseconds(1)) / 1000;
}

ErrorCode code_of(protocol::RefusalCode refusal) {
    switch (refusal) {
        case protocol::RefusalCode::not_shared:
            return ErrorCode::not_found;
        case protocol::RefusalCode::changed:
            return ErrorCode::changed;
        case protocol::RefusalCode::busy:
        case protocol::RefusalCode::not_yet:
            return ErrorCode::busy;
        case protocol::RefusalCode::range:
        case protocol::RefusalCode::failed:
        case protocol::RefusalCode::protocol:
            break;
    }
    return ErrorCode::not_found;
}

}  // namespace

Result<FetchStream::Ending> FetchStream::run() {
    while (true) {
        if (under_way_.empty()) {
            std::optional<FetchJob> job = jobs_.take(JobSource::Wait::yes, kBytesAheadAtFirst);
            if (!job) return Ending::no_jobs;
            measured_since_ = world_.now();
            meter_.restart(measured_since_);
            if (Result<void> asked = ask(std::move(*job)); !asked) {
                end_all(asked.error());
                return failure(std::move(asked));
            }
        }
        Result<void> step = ask_ahead();
        if (step) step = receive_one();
        if (left_) {
            leave();
            return Ending::left;
        }
        if (!step) {
            end_all(step.error());
            return failure(std::move(step));
        }
    }
}

Result<void> FetchStream::ask_ahead() {
    // Small files are asked for by the hundred, not one by one as they come, and large ones by
    // many pieces.
    if (under_way_.size() > protocol::kBulkRequestsMax / 2) return {};
    const UnderWay& front = under_way_.front();
    const bool last_piece = under_way_.size() == 1 && front.received + 1 == front.job.count;
    const std::uint64_t ahead = bytes_ahead();
    if (bytes_asked_ > (last_piece ? ahead : ahead / 2)) return {};
    std::size_t asked = 0;
    while ((bytes_asked_ < ahead || asked == 0) && under_way_.size() < protocol::kBulkRequestsMax) {
        const std::uint64_t room = ahead - std::min(ahead, bytes_asked_);
        std::optional<FetchJob> job = jobs_.take(JobSource::Wait::no, room);
        if (!job) break;
        if (Result<void> sent = ask(std::move(*job)); !sent) return sent;
        ++asked;
    }
    return asked > 0 ? stream_.flush() : Result<void>();
}

std::uint64_t FetchStream::bytes_ahead() const {
    const Time now = world_.now();
    const std::uint64_t ahead = bytes_in(kTimeAhead, meter_.per_second(now));
    const bool measured = now - measured_since_ >= kMeasuringMin;
    return std::clamp(ahead, measured ? kBytesAheadMin : kBytesAheadAtFirst, kBytesAheadMax);
}

Result<void> FetchStream::ask(FetchJob job) {
    const protocol::PieceRequest request{RequestId{next_request_++}, job.file, job.first,
                                         job.count};
    bytes_asked_ += bytes_of(job);
    under_way_.push_back({std::move(job), request.request});
    return stream_.send(request);
}

Result<void> FetchStream::receive_one() {
    Result<protocol::Message> message = stream_.receive(protocol::kBulkStallTimeout);
    if (!message) return failure(std::move(message));
    if (const auto* header = std::get_if<protocol::PieceHeader>(&*message))
        return take_piece(*header);
    if (const auto* refusal = std::get_if<protocol::Refusal>(&*message)) {
        if (refusal->request == under_way_.front().request) {
            take_refusal(*refusal);
            return {};
        }
    }
    return failure(ErrorCode::protocol, "receive pieces",
                   "the peer sent something that was not asked for");
}

Result<void> FetchStream::take_piece(const protocol::PieceHeader& header) {
    UnderWay& front = under_way_.front();
    const PieceIndex expected{front.job.first.value + front.received};
    if (header.request != front.request || header.piece != expected ||
        header.length != piece_length(front.job.size_bytes, expected)) {
        return failure(ErrorCode::protocol, "receive pieces",
                       "the peer sent another piece than asked for");
    }
    buffer_.resize(header.length);
    if (Result<void> received = receive_bytes(buffer_); !received) return received;
    ++front.received;
    if (!front.ended) {
        Result<void> stored = jobs_.is_cancelled(front.job.fetch)
                                  ? failure(ErrorCode::cancelled, "fetch", "cancelled")
                                  : verify(front.job, expected);
        if (stored) stored = world_.write(front.job, expected, buffer_);
        if (stored) {
            world_.tell(swarm::PieceStored{front.job.fetch, expected, header.length});
        } else {
            end(front, std::move(stored));
        }
    }
    if (front.received == front.job.count) {
        if (!front.ended) end(front, {});
        under_way_.pop_front();
    }
    left_ = comes_in_vain(0);
    return {};
}

Result<void> FetchStream::receive_bytes(std::span<std::uint8_t> into) {
    const UnderWay& front = under_way_.front();
    const std::size_t wanted = into.size();
    std::size_t allowed = 0;
    std::uint32_t untold = 0;
    Time told = world_.now();
    while (true) {
        if (allowed == 0) {
            Result<std::size_t> turn = take_turn(into.size());
            if (!turn) return failure(std::move(turn));
            allowed = *turn;
        }
        Result<std::size_t> got = stream_.receive_some(into.first(allowed));
        if (!got) return failure(std::move(got));
        allowed -= *got;
        into = into.subspan(*got);
        bytes_asked_ -= *got;
        const Time now = world_.now();
        meter_.add(*got, now);
        if (into.empty()) return {};
        untold += static_cast<std::uint32_t>(*got);
        if (now - told < kTellEach) continue;
        told = now;
        end_cancelled();
        if (!front.ended) {
            world_.tell(swarm::PieceProgress{front.job.fetch, std::exchange(untold, 0)});
        } else if (comes_in_vain(wanted - into.size())) {
            left_ = true;
            return failure(ErrorCode::cancelled, "receive pieces", "nobody wants them");
        }
        if (Result<void> asked = ask_ahead(); !asked) return asked;
    }
}

// Under a limit a piece comes in parts, so that its sender is never kept waiting for long.
Result<std::size_t> FetchStream::take_turn(std::size_t wanted) {
    if (world_.limit == nullptr || !world_.limit->limited()) return wanted;
    const std::size_t turn = std::min(world_.limit->turn_bytes(), wanted);
    if (world_.limit->wait_turn(under_way_.front().job.download, turn)) return turn;
    return failure(ErrorCode::cancelled, "receive pieces", "stopping");
}

void FetchStream::take_refusal(const protocol::Refusal& refusal) {
    UnderWay& front = under_way_.front();
    bytes_asked_ -= bytes_of(front.job, front.received);
    if (!front.ended) {
        end(front,
            failure(code_of(refusal.code), "fetch pieces", "the peer does not give them now"),
            refusal.place);
    }
    under_way_.pop_front();
}

Result<void> FetchStream::verify(const FetchJob& job, PieceIndex piece) const {
    const Hash256 hash = hash_bytes(buffer_);
    // Two files of one listing may claim the same content with different sizes; the list is right
    // for one of them only.
    const bool listed = job.pieces && job.pieces->size_bytes == job.size_bytes;
    const bool good = listed ? job.pieces->hashes.at(piece.value) == hash
                             : piece_count(job.size_bytes) == 1 &&
                                   file_id(PieceList{job.size_bytes, {hash}}) == job.file;
    if (good) return {};
    return failure(ErrorCode::corrupt, "verify a piece", "the peer sent wrong bytes");
}

void FetchStream::end(UnderWay& under_way, Result<void> outcome, std::uint32_t place) {
    under_way.ended = true;
    jobs_.ended(under_way.job.fetch, std::move(outcome), place);
}

void FetchStream::end_all(const Error& error) {
    const ErrorCode code =
        error.code == ErrorCode::timeout ? ErrorCode::timeout : ErrorCode::network;
    for (UnderWay& under_way : under_way_) {
        if (!under_way.ended) end(under_way, failure(code, error.operation, error.message));
    }
    under_way_.clear();
}

void FetchStream::end_cancelled() {
    for (UnderWay& under_way : under_way_) {
        if (under_way.ended || !jobs_.is_cancelled(under_way.job.fetch)) continue;
        end(under_way, failure(ErrorCode::cancelled, "fetch", "cancelled"));
    }
}

bool FetchStream::comes_in_vain(std::uint64_t received_bytes) const {
    if (under_way_.empty() || !under_way_.front().ended) return false;
    const Time now = world_.now();
    if (now - measured_since_ < kMeasuringMin) return false;
    std::uint64_t bytes = 0;
    for (const UnderWay& under_way : under_way_) {
        if (!under_way.ended) break;
        bytes += bytes_of(under_way.job, under_way.received);
    }
    return bytes - received_bytes > bytes_in(kVainMax, meter_.per_second(now));
}

void FetchStream::leave() {
    for (UnderWay& under_way : under_way_) {
        if (under_way.ended) continue;
        FetchJob rest = std::move(under_way.job);
        rest.first.value += under_way.received;
        rest.count -= under_way.received;
        jobs_.put_back(std::move(rest));
    }
    under_way_.clear();
}

}  // namespace iwant::daemon
