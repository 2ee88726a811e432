#include "core/swarm/supplier.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/content.h"

namespace iwant::swarm {
namespace {

// Too short a time says nothing about a rate.
constexpr Duration kMeasuringMin = std::chrono::milliseconds(250);
constexpr std::uint64_t kToldBytesMin = std::uint64_t{64} << 10;

std::uint64_t milliseconds(Duration duration) {
    return static_cast<std::uint64_t>(duration / std::chrono::milliseconds(1));
}

}  // namespace

bool Supplier::has_room(std::size_t fetches_max) const {
    if (on_trial_) return fetches_.empty();
    if (fetches_.size() < 2) return true;
    return fetches_.size() < fetches_max && outstanding_bytes_ < window_bytes();
}

bool Supplier::has_room_for_urgent(std::uint64_t urgent_bytes) const {
    if (on_trial_) return fetches_.empty();
    return urgent_bytes < std::max(rate_, kUrgentBytesMin);
}

std::uint64_t Supplier::run_bytes() const {
    if (on_trial_) return 1;
    return std::clamp(rate_ / 4 * 3, kRunBytesMin, kRunBytesMax);
}

std::uint64_t Supplier::window_bytes() const {
    if (rate_ == 0) return kFirstWindowBytes;
    return std::clamp(rate_ * 2, 2 * kRunBytesMin, 2 * kRunBytesMax);
}

std::uint64_t Supplier::pace(Time now) const {
    if (fetches_.empty()) return rate_ == 0 ? kAssumedRate : rate_;
    const std::uint64_t silent_ms = std::max<std::uint64_t>(milliseconds(now - last_progress_), 1);
    // Something is told of it with each piece, and ten times a second while a piece comes.
    const std::uint64_t told = rate_ == 0 ? kPieceSizeMin : std::max(rate_ / 10, kToldBytesMin);
    const std::uint64_t at_most =
        std::min(told, std::max(last_piece_bytes_, kPieceSizeMin)) * 1000 / silent_ms;
    return std::max<std::uint64_t>(rate_ == 0 ? at_most : std::min(rate_, at_most), 1);
}

bool Supplier::active(Time now) const {
    return !fetches_.empty() && received_bytes_ > 0 && now - last_progress_ < RateMeter::kSpan;
}

void Supplier::fetch_started(FetchId fetch, std::uint64_t bytes, Time now) {
    if (fetches_.empty()) {
        meter_.restart(now);
        busy_since_ = now;
        last_progress_ = now;
    }
    fetches_.insert(fetch);
    outstanding_bytes_ += bytes;
}

void Supplier::piece_stored(std::uint64_t bytes, std::uint64_t told_bytes, Time now) {
    ASSERT(bytes <= outstanding_bytes_);
    outstanding_bytes_ -= bytes;
    received_bytes_ += bytes;
    last_piece_bytes_ = bytes;
    progressed(bytes - std::min(bytes, told_bytes), now);
    delivered();
}

void Supplier::progressed(std::uint64_t bytes, Time now) {
    last_progress_ = now;
    meter_.add(bytes, now);
    if (now - busy_since_ >= kMeasuringMin) rate_ = meter_.per_second(now);
}

void Supplier::fetch_ended(FetchId fetch, std::uint64_t bytes) {
    ASSERT(bytes <= outstanding_bytes_);
    fetches_.erase(fetch);
    outstanding_bytes_ -= bytes;
}

void Supplier::delivered() {
    place_ = 0;
    on_trial_ = false;
    failure_backoff_ = kBackoffMin;
    busy_backoff_ = kBackoffMin;
}

std::optional<Time> Supplier::usable_again(Time now) const {
    const Time until = std::max(aside_until_, banned_until_);
    if (dropped_ || absent_ || now >= until) return std::nullopt;
    return until;
}

void Supplier::set_partial(bool partial) {
    if (partial == partial_) return;
    partial_ = partial;
    forget_pieces();
}

void Supplier::told(PieceSet pieces) {
    has_ = Has::some;
    pieces_ = std::move(pieces);
}

bool Supplier::gained(std::uint64_t piece) {
    return has_ == Has::some && piece < pieces_.size() && pieces_.insert(piece);
}

void Supplier::forget_pieces() {
    has_ = partial_ ? Has::unknown : Has::all;
    pieces_ = {};
    asking_pieces = false;
}

void Supplier::arrived() {
    absent_ = false;
    on_trial_ = false;
    aside_until_ = Time{};
    failure_backoff_ = kBackoffMin;
}

void Supplier::found_again() {
    absent_ = false;
    excluded_.clear();
    cursor = 0;
}

void Supplier::forgive() {
    arrived();
    found_again();
    dropped_ = false;
    lied_about_.clear();
    busy_backoff_ = kBackoffMin;
}

void Supplier::failed(Time now, Prng& prng) {
    on_trial_ = true;
    place_ = 0;
    if (now < aside_until_) return;
    set_aside(failure_backoff_, now, prng);
    failure_backoff_ = std::min(failure_backoff_ * 2, kBackoffMax);
}

void Supplier::busy(Time now, Prng& prng) {
    if (now < aside_until_) return;
    set_aside(busy_backoff_, now, prng);
    busy_backoff_ = std::min(busy_backoff_ * 2, kBackoffMax);
}

void Supplier::queued_at(std::uint32_t place, Time now, Prng& prng) {
    place_ = place;
    if (now >= aside_until_) set_aside(kQueueLook, now, prng);
}

void Supplier::set_aside(Duration backoff, Time now, Prng& prng) {
    // Up to a tenth more, so that many who failed together do not return together.
    aside_until_ = now + backoff + prng.below(backoff / 10);
}

}  // namespace iwant::swarm
