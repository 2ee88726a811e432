#include "core/swarm/piece_picker.h"

#include <algorithm>

#include "base/assert.h"

namespace iwant::swarm {

std::optional<Run> PiecePicker::take(std::uint64_t& from, std::uint64_t bytes_max,
                                     std::uint32_t pieces_max,
                                     const std::function<Verdict(FileIndex)>& judge) {
    std::uint64_t place = from;
    int skipped = 0;
    while (const auto open = next_open(place)) {
        const FileIndex index = file_of(open->first);
        const Verdict verdict = judge(index);
        if (verdict == Verdict::take) {
            if (skipped == 0) from = place_of(open->first);
            return cut_run(*open, index, bytes_max, pieces_max);
        }
        const PlannedFile& file = plan_->files[index.value];
        const std::uint64_t file_end = file.first_piece + piece_count(file.size_bytes);
        const std::uint64_t part_end = open->first < origin_ ? origin_ : plan_->pieces;
        place = place_of(std::min(file_end, part_end) - 1) + 1;
        if (verdict == Verdict::not_now && ++skipped == kNotNowMax) return std::nullopt;
        if (skipped == 0) from = place;
    }
    return std::nullopt;
}

// What is open at a place or behind it; it does not reach across the origin.
std::optional<Range> PiecePicker::next_open(std::uint64_t place) const {
    const std::uint64_t behind = plan_->pieces - origin_;
    if (place < behind) {
        if (const auto open = open_.next(origin_ + place)) return open;
        place = behind;
    }
    auto open = open_.next(place - behind);
    if (!open || open->first >= origin_) return std::nullopt;
    open->end = std::min(open->end, origin_);
    return open;
}

std::optional<Run> PiecePicker::take_rare(std::optional<RarePlace>& place, const Rare& rare,
                                          std::uint64_t bytes_max, std::uint32_t pieces_max,
                                          const std::function<Verdict(FileIndex)>& judge) {
    const bool goes_on = place && place->piece < plan_->pieces && is_rare(*place, rare) &&
                         judge(file_of(place->piece)) == Verdict::take;
    if (!goes_on) {
        const std::vector<std::uint64_t> rarest = find_rarest(rare, judge);
        place.reset();
        if (rarest.empty()) return std::nullopt;
        const std::uint64_t chosen = rarest[rare.lot % rarest.size()];
        place = RarePlace{chosen, rare.holders[chosen]};
    }
    Range open{place->piece, place->piece + 1};
    while (open.end < plan_->pieces && open.count() < pieces_max &&
           is_rare({open.end, place->holders}, rare)) {
        ++open.end;
    }
    const Run run = cut_run(open, file_of(open.first), bytes_max, pieces_max);
    place->piece += run.count;
    return run;
}

bool PiecePicker::is_rare(const RarePlace& place, const Rare& rare) const {
    return open_.contains(place.piece) &&
           (rare.has == nullptr || rare.has->contains(place.piece)) &&
           rare.holders[place.piece] <= place.holders;
}

std::vector<std::uint64_t> PiecePicker::find_rarest(
    const Rare& rare, const std::function<Verdict(FileIndex)>& judge) const {
    std::vector<std::uint64_t> rarest;
    std::uint64_t looks = kLookMax;
    const std::uint64_t from = plan_->pieces <= kLookMax ? 0 : rare.lot % plan_->pieces;
    find_rarest_within({from, plan_->pieces}, rare, looks, rarest, judge);
    find_rarest_within({0, from}, rare, looks, rarest, judge);
    return rarest;
}

void PiecePicker::find_rarest_within(Range within, const Rare& rare, std::uint64_t& looks,
                                     std::vector<std::uint64_t>& rarest,
                                     const std::function<Verdict(FileIndex)>& judge) const {
    int refused = 0;
    std::uint64_t place = within.first;
    while (const auto open = open_.next(place)) {
        if (open->first >= within.end || looks == 0 || refused == kNotNowMax) break;
        const FileIndex index = file_of(open->first);
        const PlannedFile& file = plan_->files[index.value];
        const std::uint64_t file_end = file.first_piece + piece_count(file.size_bytes);
        place = std::min({open->end, file_end, within.end});
        std::optional<Verdict> verdict;
        for (std::uint64_t piece = open->first; piece < place && looks > 0; ++piece, --looks) {
            if (rare.has != nullptr && !rare.has->contains(piece)) continue;
            const std::uint16_t holders = rare.holders[piece];
            if (!rarest.empty() && holders > rare.holders[rarest.front()]) continue;
            if (!verdict) verdict = judge(index);
            if (*verdict != Verdict::take) break;
            if (!rarest.empty() && holders < rare.holders[rarest.front()]) rarest.clear();
            rarest.push_back(piece);
        }
        if (verdict == Verdict::not_now) ++refused;
    }
}

PiecePicker::PiecePicker(SharedPlan plan, const PieceSet& present, std::uint64_t origin)
    : plan_(std::move(plan)), origin_(origin) {
    ASSERT(present.size() == plan_->pieces);
    ASSERT(origin == 0 || origin < plan_->pieces);
    for (const PlannedFile& file : plan_->files) {
        const std::uint64_t end = file.first_piece + piece_count(file.size_bytes);
        for (std::uint64_t piece = file.first_piece; piece < end; ++piece) {
            if (present.contains(piece)) continue;
            Range missing{piece, piece + 1};
            while (missing.end < end && !present.contains(missing.end)) ++missing.end;
            open_.insert(missing);
            bytes_ += bytes_of(file, missing);
            piece = missing.end;
        }
    }
}

std::optional<Run> PiecePicker::take_within(std::span<const Range> ranges, std::uint64_t bytes_max,
                                            std::uint32_t pieces_max,
                                            const std::function<Verdict(FileIndex)>& judge) {
    for (const Range& range : ranges) {
        std::optional<Range> open = open_.next(range.first);
        if (!open || open->first >= range.end) continue;
        const FileIndex index = file_of(open->first);
        if (judge(index) != Verdict::take) continue;
        open->end = std::min(open->end, range.end);
        return cut_run(*open, index, bytes_max, pieces_max);
    }
    return std::nullopt;
}

Run PiecePicker::cut_run(Range open, FileIndex index, std::uint64_t bytes_max,
                         std::uint32_t pieces_max) {
    const PlannedFile& file = plan_->files[index.value];
    const std::uint64_t file_end = file.first_piece + piece_count(file.size_bytes);
    const std::uint64_t piece_size = piece_size_for(file.size_bytes);
    const std::uint64_t wanted = std::clamp<std::uint64_t>(bytes_max / piece_size, 1, pieces_max);
    const Range run{open.first, std::min({open.end, file_end, open.first + wanted})};
    open_.erase(run);
    const std::uint64_t bytes = bytes_of(file, run);
    bytes_ -= bytes;
    return Run{index, PieceIndex{static_cast<std::uint32_t>(run.first - file.first_piece)},
               static_cast<std::uint32_t>(run.count()), bytes};
}

void PiecePicker::put_back(FileIndex index, PieceIndex piece) {
    const PlannedFile& file = plan_->files[index.value];
    const std::uint64_t number = file.first_piece + piece.value;
    open_.insert({number, number + 1});
    bytes_ += piece_length(file.size_bytes, piece);
}

bool PiecePicker::withdraw(FileIndex index, PieceIndex piece) {
    const PlannedFile& file = plan_->files[index.value];
    const std::uint64_t number = file.first_piece + piece.value;
    if (!open_.contains(number)) return false;
    open_.erase({number, number + 1});
    bytes_ -= piece_length(file.size_bytes, piece);
    return true;
}

FileIndex PiecePicker::file_of(std::uint64_t plan_piece) const {
    // Empty files share their first_piece with the file that follows, so the last one that starts
    // here counts.
    const auto after =
        std::ranges::upper_bound(plan_->files, plan_piece, {}, &PlannedFile::first_piece);
    ASSERT(after != plan_->files.begin());
    return FileIndex{static_cast<std::uint32_t>(after - plan_->files.begin() - 1)};
}

std::uint64_t PiecePicker::bytes_of(const PlannedFile& file, Range pieces) const {
    const std::uint64_t piece_size = piece_size_for(file.size_bytes);
    const std::uint64_t begin = (pieces.first - file.first_piece) * piece_size;
    const std::uint64_t end = (pieces.end - file.first_piece) * piece_size;
    return std::min(end, file.size_bytes) - begin;
}

}  // namespace iwant::swarm
