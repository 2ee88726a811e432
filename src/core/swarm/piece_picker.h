#pragma once

// What of a plan is still to be fetched and not asked of anybody yet, and what comes next. Runs are
// taken in order from a piece that is chosen at the beginning, and from the front when the end is
// reached: files are completed one after the other, every peer works on another place, and
// downloaders that begin together do not all get the same. Knows nothing about peers: who may take
// what is an input.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/swarm/piece_set.h"
#include "core/swarm/range_set.h"
#include "core/swarm/types.h"

namespace iwant::swarm {

/// Consecutive pieces of one file.
struct Run {
    FileIndex file;
    PieceIndex first;
    std::uint32_t count = 0;
    std::uint64_t size_bytes = 0;
};

class PiecePicker {
  public:
    /// What a caller says about a file that could come next.
    enum class Verdict : std::uint8_t {
        take,
        never,    ///< this caller will not take it: it is not looked at again for this caller
        not_now,  ///< another time
    };
    /// After this many `not_now` in a row looking ends.
    static constexpr int kNotNowMax = 8;

    /// `origin`: the piece of the plan that is taken first; 0 when there is none.
    PiecePicker(SharedPlan plan, const PieceSet& present, std::uint64_t origin);

    /// Takes the next run of at most `bytes_max` (but at least one piece, at most `pieces_max`).
    /// `from` is where this caller's looking starts, a place in the order: everything before it is
    /// `never` for it. It moves on; after put_back the caller moves it back to place_of that piece.
    std::optional<Run> take(std::uint64_t& from, std::uint64_t bytes_max, std::uint32_t pieces_max,
                            const std::function<Verdict(FileIndex)>& judge);
    /// What to look for among sources that have a part each.
    struct Rare {
        const PieceSet* has = nullptr;              ///< what this caller has; null: all
        const std::vector<std::uint16_t>& holders;  ///< of each piece, partial ones
        std::uint64_t lot = 0;                      ///< by which it chooses among equals
    };
    /// Behind the last run that a caller took.
    struct RarePlace {
        std::uint64_t piece = 0;
        std::uint16_t holders = 0;  ///< of that run when it was taken
    };
    /// Pieces looked at for the rarest, at most.
    static constexpr std::uint64_t kLookMax = 16384;

    /// Takes the next run from one of the rarest pieces that this caller has, as far as the pieces
    /// behind it are as rare ("rarest first": Cohen, Incentives Build Robustness in BitTorrent,
    /// 2003). It goes on where the last one ended while it can: in the middle of what nobody has,
    /// the pieces that others are getting meet it seldom, and at the edge all the time.
    std::optional<Run> take_rare(std::optional<RarePlace>& place, const Rare& rare,
                                 std::uint64_t bytes_max, std::uint32_t pieces_max,
                                 const std::function<Verdict(FileIndex)>& judge);
    /// The next run within the ranges, in their order; none when all of them are asked for.
    std::optional<Run> take_within(std::span<const Range> ranges, std::uint64_t bytes_max,
                                   std::uint32_t pieces_max,
                                   const std::function<Verdict(FileIndex)>& judge);
    /// Gives one piece back that was taken.
    void put_back(FileIndex file, PieceIndex piece);
    /// A piece that was put back came after all; false when it was not waiting here.
    bool withdraw(FileIndex file, PieceIndex piece);

    /// Where in the order a piece of the plan is; before plan.pieces.
    std::uint64_t place_of(std::uint64_t plan_piece) const {
        return plan_piece >= origin_ ? plan_piece - origin_ : plan_piece + plan_->pieces - origin_;
    }

    /// Bytes that nobody is asked for.
    std::uint64_t bytes() const { return bytes_; }
    bool empty() const { return open_.empty(); }

    /// The file that a piece of the plan belongs to.
    FileIndex file_of(std::uint64_t plan_piece) const;

  private:
    std::optional<Range> next_open(std::uint64_t place) const;
    bool is_rare(const RarePlace& place, const Rare& rare) const;
    std::vector<std::uint64_t> find_rarest(const Rare& rare,
                                           const std::function<Verdict(FileIndex)>& judge) const;
    void find_rarest_within(Range within, const Rare& rare, std::uint64_t& looks,
                            std::vector<std::uint64_t>& rarest,
                            const std::function<Verdict(FileIndex)>& judge) const;
    std::uint64_t bytes_of(const PlannedFile& file, Range pieces) const;
    Run cut_run(Range open, FileIndex index, std::uint64_t bytes_max, std::uint32_t pieces_max);

    SharedPlan plan_;
    std::uint64_t origin_;
    RangeSet open_;
    std::uint64_t bytes_ = 0;
};

}  // namespace iwant::swarm
