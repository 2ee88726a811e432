#pragma once

// The second half of a download: the pieces of a plan, from everybody who has them. Keeps every
// source's window full, hands the work of silent and slow sources to others, and near the end lets
// idle ones help.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/swarm/desk.h"
#include "core/swarm/piece_lists.h"
#include "core/swarm/piece_picker.h"
#include "core/swarm/rate.h"
#include "core/swarm/suppliers.h"

namespace iwant::swarm {

class Transfer {
  public:
    static constexpr std::size_t kFetchesMax = 1024;  ///< of one peer: small files are many
    static constexpr Duration kTick = std::chrono::milliseconds(50);

    struct Job {
        DownloadId download;
        SharedPlan plan;
        PieceSet present;  ///< over all pieces of the plan
    };

    /// The references must outlive the transfer; call stop() before it goes.
    Transfer(Job job, Suppliers& suppliers, PieceLists& lists, Desk& desk, Prng prng, Time now);

    /// Asks everybody for as much as is good.
    void pump(Time now);
    void piece_stored(const PieceStored& event, Time now);
    void piece_progress(const PieceProgress& event, Time now);
    void fetch_ended(const FetchEnded& event, Time now);
    /// There are others, or some came or went.
    void sources_changed() { recount_ = true; }
    void banned(const Supplier& supplier) { give_up_all(supplier); }
    /// What a peer that downloads the same has, and what it got since.
    void pieces_told(const PiecesTold& event, Time now);
    void pieces_gained(const PiecesGained& event, Time now);
    /// Looks after those who are silent. After Supplier::kSilent nothing new is asked of one, and
    /// what somebody waits for goes to others; whoever is idle helps out. After kStall others get
    /// all of its work.
    void tick(Time now);
    /// Cancels every fetch.
    void stop();

    const PieceSet& present() const { return present_; }
    bool complete() const { return present_.complete(); }
    /// Something that no other source can mend.
    const std::optional<Error>& failure() const { return failure_; }
    /// What our own disk said.
    const std::optional<Error>& disk_error() const { return disk_error_; }

    /// How many fetches one peer may be asked for at a time: kFetchesMax, shared between downloads.
    void set_fetches_max(std::size_t fetches) { fetches_max_ = fetches; }
    /// These pieces of the plan before all others, from the next pump on.
    void want_first(std::vector<Range> pieces);
    std::uint64_t bytes_done() const { return bytes_done_; }
    std::uint64_t files_done() const { return files_done_; }
    std::uint64_t redundant_bytes() const { return redundant_bytes_; }
    std::uint64_t rate(Time now) const { return meter_.per_second(now); }

  private:
    struct Fetch {
        PeerId peer;
        FileIndex file;
        PieceIndex first;
        PieceSet stored;  ///< over the pieces of this run
        std::uint64_t bytes_left = 0;
        StartFetch::Urgency urgency = StartFetch::Urgency::usual;
        std::uint64_t coming_bytes = 0;  ///< that are here of pieces that come
        std::optional<FetchId> twin{};   ///< another fetch for the one piece that is left
    };
    using Fetches = std::map<FetchId, Fetch>;

    // Giving work out.
    std::optional<Run> take_first(const PeerId& peer, const Supplier& supplier, Time now);
    void hurry(const Range& wanted);
    std::uint64_t urgent_bytes(const Supplier& supplier) const;
    bool fill_once(const PeerId& peer, Supplier& supplier, Time now);
    bool has_room(const Supplier& supplier) const;
    bool may_take(const Supplier& supplier, Time now) const;
    std::uint64_t run_bytes(const Supplier& supplier, Time now) const;
    PiecePicker::Verdict judge(FileIndex file, const PeerId& peer, const Supplier& supplier,
                               Time now);
    /// Of the plan.
    Range pieces_of(const Fetch& fetch) const;
    FetchId start(const Run& run, const PeerId& peer, Supplier& supplier, Time now,
                  StartFetch::Urgency urgency = StartFetch::Urgency::usual);

    std::optional<Run> take(const PeerId& peer, Supplier& supplier, Time now);
    void ask_pieces();
    void count_holders();
    bool has_some_of(const Supplier& supplier, const Fetch& fetch) const;

    // Helping out.
    bool help(const PeerId& peer, Supplier& supplier, Time now);
    void duplicate(FetchId original, const PeerId& peer, Supplier& supplier, Time now);
    /// Whether somebody else could do its work.
    bool others_than(const PeerId& peer, Time now) const;
    /// Whether it is asked for something that is wanted first.
    bool awaited(const Supplier& supplier) const;

    // Taking results in.
    /// `told_bytes`: of it, told by PieceProgress before.
    void keep(FileIndex file, PieceIndex piece, std::uint64_t told_bytes, Time now);
    void late_piece(const Fetch& fetch, PieceIndex piece, Time now);
    /// Gives its missing pieces back and takes it off its supplier.
    Fetch close(Fetches::iterator fetch);
    void give_up(FetchId fetch);
    void give_up_all(const Supplier& supplier);
    void give_up_excluded(const Supplier& supplier);
    void drop_if_useless(Supplier& supplier) const;
    void end_with_error(const Fetch& fetch, const Error& error, Time now);
    const PlannedFile& planned(FileIndex file) const { return plan_->files[file.value]; }

    DownloadId download_;
    SharedPlan plan_;
    PieceSet present_;
    Suppliers& suppliers_;
    PieceLists& lists_;
    Desk& desk_;
    Prng prng_;
    PiecePicker picker_;
    std::vector<Range> wanted_first_;
    Fetches fetches_;
    Fetches given_up_;  ///< cancelled, not ended yet: a last piece may still come
    std::vector<std::uint32_t> pieces_left_;  ///< by file
    /// Of each piece: those who download it, too, and have it. Counted again when `recount_`.
    std::vector<std::uint16_t> holders_;
    bool recount_ = true;
    bool partial_sources_ = false;
    std::size_t fetches_max_ = kFetchesMax;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t files_done_ = 0;
    std::uint64_t redundant_bytes_ = 0;
    RateMeter meter_;
    std::optional<Error> failure_;
    std::optional<Error> disk_error_;
};

}  // namespace iwant::swarm
