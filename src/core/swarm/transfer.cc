#include "core/swarm/transfer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "core/protocol/limits.h"

namespace iwant::swarm {
namespace {

// Nobody's work is taken for a gain smaller than this.
constexpr std::uint64_t kHelpGainMs = 250;
constexpr std::uint64_t kUrgentRunBytes = Supplier::kUrgentBytesMin;
constexpr std::uint64_t kShareBytesMin = kPieceSizeMin;
// Among downloaders little is asked for ahead: nobody knows what is under way for the others, and
// what two of them ask of the only one who has it leaves its link twice.
constexpr std::uint64_t kSwarmRunBytesMax = std::uint64_t{4} << 20;
constexpr std::uint64_t kSwarmRunsPerSecond = 8;
constexpr std::uint64_t kSwarmWindowsPerSecond = 4;

std::uint64_t milliseconds_for(std::uint64_t bytes, std::uint64_t rate) {
    return bytes * 1000 / std::max<std::uint64_t>(rate, 1);
}

}  // namespace

Transfer::Transfer(Job job, Suppliers& suppliers, PieceLists& lists, Desk& desk, Prng prng,
                   Time now)
    : download_(job.download),
      plan_(std::move(job.plan)),
      present_(std::move(job.present)),
      suppliers_(suppliers),
      lists_(lists),
      desk_(desk),
      prng_(prng),
      picker_(plan_, present_, prng_.below(std::max<std::uint64_t>(plan_->pieces, 1))) {
    bytes_done_ = plan_->size_bytes - picker_.bytes();
    pieces_left_.reserve(plan_->files.size());
    for (const PlannedFile& file : plan_->files) {
        const std::uint64_t pieces = piece_count(file.size_bytes);
        std::uint32_t left = 0;
        for (std::uint64_t i = 0; i < pieces; ++i) {
            if (!present_.contains(file.first_piece + i)) ++left;
        }
        pieces_left_.push_back(left);
        if (left == 0) ++files_done_;
    }
    for (auto& [peer, supplier] : suppliers_.all()) {
        supplier.cursor = 0;
        supplier.rare_place.reset();
        supplier.forget_pieces();
        drop_if_useless(supplier);
    }
    meter_.restart(now);
}

void Transfer::pump(Time now) {
    if (failure_ || disk_error_ || complete()) return;
    ask_pieces();
    // In turns, one run each, so that a small file too comes from everybody; who begins is by lot.
    std::vector<std::pair<PeerId, Supplier*>> turn;
    for (auto& [peer, supplier] : suppliers_.all()) {
        if (supplier.usable(now)) turn.emplace_back(peer, &supplier);
    }
    if (turn.empty()) return;
    std::ranges::rotate(turn, turn.begin() + static_cast<std::ptrdiff_t>(prng_.below(turn.size())));
    while (!turn.empty()) {
        std::erase_if(turn,
                      [&](const auto& one) { return !fill_once(one.first, *one.second, now); });
    }
}

void Transfer::want_first(std::vector<Range> pieces) {
    wanted_first_ = std::move(pieces);
    for (const Range& wanted : wanted_first_) hurry(wanted);
}

// What comes next of it may have been asked for already, behind much else.
void Transfer::hurry(const Range& wanted) {
    std::uint64_t piece = wanted.first;
    while (piece < wanted.end && present_.contains(piece)) ++piece;
    if (piece >= wanted.end) return;
    for (auto& [id, fetch] : fetches_) {
        const Range coming = pieces_of(fetch);
        if (piece < coming.first || piece >= coming.end) continue;
        if (fetch.urgency == StartFetch::Urgency::first) continue;
        fetch.urgency = StartFetch::Urgency::first;
        desk_.actions.push_back(HurryFetch{id});
    }
}

// Small runs, so that every source that has all helps with what somebody waits for.
std::optional<Run> Transfer::take_first(const PeerId& peer, const Supplier& supplier, Time now) {
    if (wanted_first_.empty() || supplier.has() != Supplier::Has::all) return std::nullopt;
    if (!supplier.has_room_for_urgent(urgent_bytes(supplier))) return std::nullopt;
    return picker_.take_within(wanted_first_, kUrgentRunBytes, protocol::kPiecesPerRequestMax,
                               [&](FileIndex file) { return judge(file, peer, supplier, now); });
}

std::uint64_t Transfer::urgent_bytes(const Supplier& supplier) const {
    std::uint64_t bytes = 0;
    for (const FetchId id : supplier.fetches()) {
        const Fetch& fetch = fetches_.at(id);
        if (fetch.urgency == StartFetch::Urgency::first) bytes += fetch.bytes_left;
    }
    return bytes;
}

bool Transfer::fill_once(const PeerId& peer, Supplier& supplier, Time now) {
    if (supplier.has() == Supplier::Has::unknown) return false;
    if (failure_ || !supplier.usable(now) || supplier.silent(now)) return false;
    if (const auto urgent = take_first(peer, supplier, now)) {
        start(*urgent, peer, supplier, now, StartFetch::Urgency::first);
        return true;
    }
    if (failure_ || !has_room(supplier)) return false;
    if (!may_take(supplier, now)) return false;
    const auto run = take(peer, supplier, now);
    if (failure_) return false;
    if (run) {
        start(*run, peer, supplier, now);
        return true;
    }
    if (supplier.on_trial() || !supplier.fetches().empty()) return false;
    return help(peer, supplier, now);
}

// In order as long as everybody has everything; then everybody works on another place anyway. Where
// it begins is by lot: who begin together have something for each other when they meet.
std::optional<Run> Transfer::take(const PeerId& peer, Supplier& supplier, Time now) {
    const auto judge_file = [&](FileIndex file) { return judge(file, peer, supplier, now); };
    const std::uint64_t bytes = run_bytes(supplier, now);
    if (recount_) count_holders();
    if (!partial_sources_) {
        return picker_.take(supplier.cursor, bytes, protocol::kPiecesPerRequestMax, judge_file);
    }
    if (plan_->pieces == 0) return std::nullopt;
    const bool all = supplier.has() == Supplier::Has::all;
    const PiecePicker::Rare rare{all ? nullptr : &supplier.pieces(), holders_, prng_.next()};
    const std::uint64_t run_max =
        std::min(supplier.rate() / kSwarmRunsPerSecond, kSwarmRunBytesMax);
    return picker_.take_rare(supplier.rare_place, rare, std::min(bytes, run_max),
                             protocol::kPiecesPerRequestMax, judge_file);
}

bool Transfer::has_room(const Supplier& supplier) const {
    const bool ahead = supplier.fetches().size() >= 2 &&
                       supplier.outstanding_bytes() >= supplier.rate() / kSwarmWindowsPerSecond;
    return supplier.has_room(fetches_max_) && !(partial_sources_ && ahead);
}

void Transfer::ask_pieces() {
    if (plan_->pieces > protocol::kHavePiecesMax) return;
    for (auto& [peer, supplier] : suppliers_.all()) {
        if (supplier.has() != Supplier::Has::unknown || supplier.asking_pieces) continue;
        if (supplier.dropped() || supplier.absent()) continue;
        supplier.asking_pieces = true;
        desk_.actions.push_back(AskPieces{download_, peer, plan_->content});
    }
}

void Transfer::pieces_told(const PiecesTold& event, Time now) {
    Supplier* supplier = suppliers_.find(event.peer);
    if (supplier == nullptr || !supplier->asking_pieces) return;
    supplier->asking_pieces = false;
    recount_ = true;
    if (!event.answer) {
        suppliers_.blame(event.peer, event.answer.error(), plan_->content, now);
    } else if (event.answer->complete) {
        supplier->told_all();
    } else if (event.answer->pieces == plan_->pieces) {
        supplier->told(PieceSet::from_bytes(plan_->pieces, event.answer->bitmap));
    } else {
        suppliers_.blame(event.peer, {ErrorCode::protocol, "ask for pieces", "other pieces"},
                         plan_->content, now);
    }
    pump(now);
}

void Transfer::pieces_gained(const PiecesGained& event, Time now) {
    Supplier* supplier = suppliers_.find(event.peer);
    if (supplier == nullptr) return;
    for (const std::uint32_t piece : event.pieces) {
        if (supplier->gained(piece) && !recount_) ++holders_[piece];
    }
    pump(now);
}

void Transfer::count_holders() {
    recount_ = false;
    holders_.assign(plan_->pieces, 0);
    partial_sources_ = false;
    for (const auto& [peer, supplier] : suppliers_.all()) {
        if (supplier.entry() == EntryId{}) partial_sources_ = true;
        if (supplier.has() != Supplier::Has::some || supplier.absent()) continue;
        for (std::uint64_t piece = 0; piece < plan_->pieces; ++piece) {
            if (supplier.has_piece(piece)) ++holders_[piece];
        }
    }
}

bool Transfer::has_some_of(const Supplier& supplier, const Fetch& fetch) const {
    const std::uint64_t base = planned(fetch.file).first_piece + fetch.first.value;
    for (std::uint64_t i = 0; i < fetch.stored.size(); ++i) {
        if (!fetch.stored.contains(i) && supplier.has_piece(base + i)) return true;
    }
    return false;
}

bool Transfer::may_take(const Supplier& supplier, Time now) const {
    if (supplier.fetches().empty() || supplier.rate() == 0) return true;
    // Near the end nobody takes more than it will have done when all the others are done too.
    std::uint64_t pace = 0;
    for (const auto& [peer, other] : suppliers_.all()) {
        if (other.usable(now) || !other.fetches().empty()) pace += other.pace(now);
    }
    const std::uint64_t left = plan_->size_bytes - bytes_done_;
    const std::uint64_t all_ms = milliseconds_for(left, pace);
    return milliseconds_for(supplier.outstanding_bytes(), supplier.rate()) <= all_ms + kHelpGainMs;
}

std::uint64_t Transfer::run_bytes(const Supplier& supplier, Time now) const {
    std::uint64_t pace = 0;
    std::size_t usable = 0;
    for (const auto& [peer, other] : suppliers_.all()) {
        if (!other.usable(now)) continue;
        pace += other.pace(now);
        ++usable;
    }
    if (usable < 2) return supplier.run_bytes();
    // Half of its fair share of what is open (guided self-scheduling: Polychronopoulos, Kuck,
    // 1987).
    const std::uint64_t permille = supplier.pace(now) * 500 / std::max<std::uint64_t>(pace, 1);
    const std::uint64_t share = picker_.bytes() / 1000 * permille;
    return std::min(supplier.run_bytes(), std::max(share, kShareBytesMin));
}

PiecePicker::Verdict Transfer::judge(FileIndex index, const PeerId& peer, const Supplier& supplier,
                                     Time now) {
    using enum PiecePicker::Verdict;
    const PlannedFile& file = planned(index);
    if (supplier.excludes(file.file.hash)) return never;
    if (piece_count(file.size_bytes) == 1) return take;
    const SharedPieceList list = lists_.find(file.file);
    if (list == nullptr) {
        lists_.ask(file.file, peer, now);
        return not_now;
    }
    if (list->size_bytes == file.size_bytes) return take;
    const std::string path = file.path.empty() ? plan_->root_name : file.path;
    failure_ = Error{ErrorCode::changed, "download " + escape_for_display(path),
                     "its listing says " + std::to_string(file.size_bytes) +
                         " bytes, but its content has " + std::to_string(list->size_bytes) +
                         "; its owner has to share it again"};
    return not_now;
}

FetchId Transfer::start(const Run& run, const PeerId& peer, Supplier& supplier, Time now,
                        StartFetch::Urgency urgency) {
    const FetchId fetch = desk_.issue_fetch(download_);
    const FileId file = planned(run.file).file;
    supplier.fetch_started(fetch, run.size_bytes, now);
    fetches_.emplace(
        fetch, Fetch{peer, run.file, run.first, PieceSet(run.count), run.size_bytes, urgency});
    desk_.actions.push_back(StartFetch{fetch, download_, peer, run.file, run.first, run.count,
                                       lists_.find(file), urgency});
    return fetch;
}

bool Transfer::help(const PeerId& peer, Supplier& supplier, Time now) {
    // Whose last fetch would be done latest?
    Fetches::iterator latest = fetches_.end();
    std::uint64_t latest_ms = 0;
    for (const auto& [other_peer, other] : suppliers_.all()) {
        if (other_peer == peer || other.fetches().empty()) continue;
        const auto last = fetches_.find(*other.fetches().rbegin());
        ASSERT(last != fetches_.end());
        if (last->second.twin || supplier.excludes(planned(last->second.file).file.hash)) continue;
        if (!has_some_of(supplier, last->second)) continue;
        const std::uint64_t ms = milliseconds_for(other.outstanding_bytes(), other.pace(now));
        const std::uint64_t ours = milliseconds_for(last->second.bytes_left, supplier.pace(now));
        const std::uint64_t gain_ms = other.silent(now) ? 0 : kHelpGainMs;
        if (ms < 2 * ours + gain_ms || ms <= latest_ms) continue;
        latest = last;
        latest_ms = ms;
    }
    if (latest == fetches_.end()) return false;
    const Fetch& fetch = latest->second;
    const bool last_of_it = suppliers_.find(fetch.peer)->fetches().size() == 1;
    if (last_of_it && fetch.stored.size() - fetch.stored.count() == 1) {
        duplicate(latest->first, peer, supplier, now);
        return true;
    }
    give_up(latest->first);
    return fill_once(peer, supplier, now);
}

void Transfer::duplicate(FetchId original, const PeerId& peer, Supplier& supplier, Time now) {
    const Fetch& fetch = fetches_.at(original);
    std::uint32_t missing = 0;
    while (fetch.stored.contains(missing)) ++missing;
    const PieceIndex piece{fetch.first.value + missing};
    const Run run{fetch.file, piece, 1, piece_length(planned(fetch.file).size_bytes, piece)};
    const FetchId twin = start(run, peer, supplier, now);
    fetches_.at(original).twin = twin;
    fetches_.at(twin).twin = original;
}

bool Transfer::awaited(const Supplier& supplier) const {
    return std::ranges::any_of(supplier.fetches(), [&](FetchId id) {
        const Range coming = pieces_of(fetches_.at(id));
        return std::ranges::any_of(wanted_first_, [&](const Range& wanted) {
            return coming.first < wanted.end && wanted.first < coming.end;
        });
    });
}

Range Transfer::pieces_of(const Fetch& fetch) const {
    const std::uint64_t first = planned(fetch.file).first_piece + fetch.first.value;
    return {first, first + fetch.stored.size()};
}

void Transfer::tick(Time now) {
    for (auto& [peer, supplier] : suppliers_.all()) {
        if (!supplier.silent(now) || !others_than(peer, now)) continue;
        if (!supplier.stalled(now) && !awaited(supplier)) continue;
        desk_.logger.info("source is silent, others take over peer=" + peer.brief());
        const FileId file = planned(fetches_.at(*supplier.fetches().begin()).file).file;
        give_up_all(supplier);
        suppliers_.blame(peer, {ErrorCode::timeout, "fetch", "it is silent"}, file.hash, now);
    }
    pump(now);
}

bool Transfer::others_than(const PeerId& peer, Time now) const {
    return std::ranges::any_of(suppliers_.all(), [&](const auto& entry) {
        const auto& [other, supplier] = entry;
        if (other == peer || !supplier.usable(now) || supplier.on_trial()) return false;
        if (supplier.has() != Supplier::Has::all) return false;
        return !supplier.silent(now);
    });
}

void Transfer::stop() {
    for (auto& [peer, supplier] : suppliers_.all()) give_up_all(supplier);
    given_up_.clear();
}

}  // namespace iwant::swarm
