#pragma once

// One peer as a source of one download: how much may be asked of it at once, how fast it is, and
// whether it can be relied on now. The numbers adapt to what the peer was seen to do.

#include <cstdint>
#include <optional>
#include <set>

#include "base/ids.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/swarm/piece_picker.h"
#include "core/swarm/piece_set.h"
#include "core/swarm/rate.h"

namespace iwant::swarm {

class Supplier {
  public:
    static constexpr std::uint64_t kRunBytesMin = std::uint64_t{4} << 20;
    static constexpr std::uint64_t kRunBytesMax = std::uint64_t{64} << 20;
    /// Asked of a peer whose rate is not known yet.
    static constexpr std::uint64_t kFirstWindowBytes = std::uint64_t{16} << 20;
    /// Asked of it with urgency while that is more than comes within a second.
    static constexpr std::uint64_t kUrgentBytesMin = 2 * kPieceSizeMin;
    /// What is expected of an idle peer whose rate is not known yet.
    static constexpr std::uint64_t kAssumedRate = std::uint64_t{8} << 20;
    static constexpr Duration kBackoffMin = std::chrono::seconds(1);
    static constexpr Duration kBackoffMax = std::chrono::seconds(60);
    /// How often a peer is asked that has us in its queue.
    static constexpr Duration kQueueLook = std::chrono::seconds(1);
    /// Something of a piece is told ten times a second.
    static constexpr Duration kSilent = std::chrono::milliseconds(200);
    static constexpr Duration kStall = std::chrono::seconds(5);

    explicit Supplier(EntryId entry) : entry_(entry) { set_partial(entry == EntryId{}); }

    EntryId entry() const { return entry_; }
    void set_entry(EntryId entry) { entry_ = entry; }

    // What it has. A peer that only downloads the same has some pieces, and tells which when asked.
    enum class Has : std::uint8_t { all, unknown, some };
    Has has() const { return has_; }
    /// Over all pieces of the plan, when it has some.
    const PieceSet& pieces() const { return pieces_; }
    bool has_piece(std::uint64_t piece) const {
        return has_ == Has::all || (has_ == Has::some && pieces_.contains(piece));
    }
    /// From the source that it was found as: shares it whole, or downloads it.
    void set_partial(bool partial);
    void told_all() { has_ = Has::all; }
    void told(PieceSet pieces);
    /// False when it was there, or what it has is not known.
    bool gained(std::uint64_t piece);
    /// It has to be asked (again).
    void forget_pieces();
    bool asking_pieces = false;

    // Health. A peer that is `dropped` has nothing right to give and is not asked again; `absent`
    // is not connected; one that is set aside failed, and is tried again with little at stake
    // (`on_trial`) until it delivers.
    bool usable(Time now) const {
        return !dropped_ && !absent_ && now >= aside_until_ && now >= banned_until_;
    }
    bool dropped() const { return dropped_; }
    bool absent() const { return absent_; }
    bool on_trial() const { return on_trial_; }
    /// When it can be tried again, if time alone does it.
    std::optional<Time> usable_again(Time now) const;
    void left() { absent_ = true; }
    void try_again() { absent_ = false; }
    void arrived();
    /// Somebody says again that this peer has what is wanted.
    void found_again();
    /// It went silent or its connection broke. Failures while it is set aside count once.
    void failed(Time now, Prng& prng);
    /// It asks to come later.
    void busy(Time now, Prng& prng);
    /// It serves others first and said how many come before us, and one.
    void queued_at(std::uint32_t place, Time now, Prng& prng);
    /// 0 when we are in no queue of its.
    std::uint32_t place(Time now) const { return now < aside_until_ + kQueueLook ? place_ : 0; }
    void drop() { dropped_ = true; }
    void ban(Time until) { banned_until_ = until; }
    /// As if nothing had been seen of it but its rate. Only while nothing is asked of it.
    void forgive();
    /// It answered as it should.
    void delivered();

    // What this peer does not have, by content.
    void exclude(const Hash256& content) { excluded_.insert(content); }
    bool excludes(const Hash256& content) const {
        return excluded_.contains(content) || lied_about_.contains(content);
    }
    /// It sent wrong data of a content: nothing of that is asked of it any more.
    void lied_about(const Hash256& content) { lied_about_.insert(content); }
    bool lied() const { return dropped_ || !lied_about_.empty(); }

    // Fetches under way.
    void fetch_started(FetchId fetch, std::uint64_t bytes, Time now);
    /// Of `bytes`, so many were told by progressed() before.
    void piece_stored(std::uint64_t bytes, std::uint64_t told_bytes, Time now);
    /// More of a piece is here.
    void progressed(std::uint64_t bytes, Time now);
    /// A piece of a fetch that had been given up.
    void late_piece(std::uint64_t bytes) { received_bytes_ += bytes; }
    /// `bytes`: what was asked and did not come.
    void fetch_ended(FetchId fetch, std::uint64_t bytes);
    const std::set<FetchId>& fetches() const { return fetches_; }
    std::uint64_t outstanding_bytes() const { return outstanding_bytes_; }
    std::uint64_t received_bytes() const { return received_bytes_; }

    /// Whether more may be asked of it. At least two fetches keep the wire busy between them.
    bool has_room(std::size_t fetches_max) const;
    /// For what somebody waits for, when so much of that is under way already. About as much as
    /// comes within a second: who looks at another place next does not wait for more.
    bool has_room_for_urgent(std::uint64_t urgent_bytes) const;
    std::uint64_t run_bytes() const;
    std::uint64_t window_bytes() const;
    /// Bytes per second as measured while it had something to do; 0 when not known.
    std::uint64_t rate() const { return rate_; }
    /// What to expect of it from now on: the rate, less when it has been silent for long. Never 0.
    std::uint64_t pace(Time now) const;
    /// Nothing at all came for so long.
    bool silent(Time now) const { return silent_for(kSilent, now); }
    bool stalled(Time now) const { return silent_for(kStall, now); }
    bool active(Time now) const;
    /// Bytes per second over the last 3 s, for people.
    std::uint64_t shown_rate(Time now) const { return active(now) ? meter_.per_second(now) : 0; }

    // Questions (trees, piece lists) under way.
    int asks = 0;
    /// Where its looking for pieces starts (PiecePicker::take, take_rare).
    std::uint64_t cursor = 0;
    std::optional<PiecePicker::RarePlace> rare_place;

  private:
    bool silent_for(Duration time, Time now) const {
        return !fetches_.empty() && now - last_progress_ >= time;
    }
    void set_aside(Duration backoff, Time now, Prng& prng);

    EntryId entry_;
    bool partial_ = false;
    Has has_ = Has::all;
    PieceSet pieces_;
    bool absent_ = false;
    bool dropped_ = false;
    bool on_trial_ = false;
    Time aside_until_{};
    Time banned_until_{};
    Duration failure_backoff_ = kBackoffMin;
    Duration busy_backoff_ = kBackoffMin;
    std::uint32_t place_ = 0;
    std::set<Hash256> excluded_;
    std::set<Hash256> lied_about_;

    std::set<FetchId> fetches_;
    std::uint64_t outstanding_bytes_ = 0;
    std::uint64_t received_bytes_ = 0;
    RateMeter meter_;
    Time busy_since_{};
    Time last_progress_{};
    std::uint64_t rate_ = 0;
    std::uint64_t last_piece_bytes_ = 0;
};

}  // namespace iwant::swarm
