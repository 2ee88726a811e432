#include "core/search/slot_source.h"

#include <algorithm>
#include <cstring>

#include "core/search/candidates.h"

namespace iwant::search {
namespace {

constexpr std::size_t kSortedMax = 8192;

void keep_best_of_each(std::vector<CodedSlot>& slots) {
    std::sort(slots.begin(), slots.end(), [](const CodedSlot& a, const CodedSlot& b) {
        return a.slot != b.slot ? a.slot < b.slot : a.code > b.code;
    });
    const auto end =
        std::unique(slots.begin(), slots.end(),
                    [](const CodedSlot& a, const CodedSlot& b) { return a.slot == b.slot; });
    slots.erase(end, slots.end());
}

// Most of the sheet is empty, so eight entries are looked at together.
void read_sheet(const std::vector<std::uint8_t>& sheet, std::vector<CodedSlot>& slots) {
    for (std::size_t first = 0; first < sheet.size(); first += 8) {
        const std::size_t count = std::min<std::size_t>(8, sheet.size() - first);
        std::uint64_t eight = 0;
        std::memcpy(&eight, sheet.data() + first, count);
        if (eight == 0) continue;
        for (std::size_t at = first; at < first + count; ++at) {
            if (sheet[at] != 0) slots.push_back({static_cast<Slot>(at), sheet[at]});
        }
    }
}

}  // namespace

void SlotSource::mark(std::vector<Candidate>& candidates) const {
    if (candidates.empty()) return;
    if (list_ == nullptr || 8 * size() < candidates.size()) {
        auto at = candidates.begin();
        walk_last(size(), [&](Slot slot) {
            at = std::lower_bound(at, candidates.end(), slot, [](const Candidate& one, Slot other) {
                return one.slot < other;
            });
            if (at != candidates.end() && at->slot == slot) at->code = std::max(at->code, code_);
        });
        return;
    }
    PostingCursor cursor(*list_, *arena_);
    for (Candidate& one : candidates) {
        cursor.seek(one.slot);
        if (cursor.at_end()) return;
        if (cursor.slot() == one.slot) one.code = std::max(one.code, code_);
    }
}

// Few slots are sorted. Many are marked on a sheet as long as all entries, a byte for each, which
// is then read in order.
Union unite(const std::vector<SlotSource>& sources, Slot slots_end, std::size_t slots_max) {
    Union all;
    std::size_t total = 0;
    for (const SlotSource& source : sources) total += source.size();
    const std::size_t taken = std::min(total, slots_max);
    all.left_out = total - taken;
    std::size_t left = taken;
    if (sources.size() == 1 || taken <= kSortedMax) {
        all.slots.reserve(taken);
        for (const SlotSource& source : sources) {
            const std::size_t count = std::min(left, source.size());
            if (count == 0) break;
            left -= count;
            source.walk_last(count, [&](Slot slot) { all.slots.push_back({slot, source.code()}); });
        }
        if (sources.size() > 1) keep_best_of_each(all.slots);
        return all;
    }
    std::vector<std::uint8_t> sheet(slots_end);
    for (const SlotSource& source : sources) {
        const std::size_t count = std::min(left, source.size());
        if (count == 0) break;
        left -= count;
        source.walk_last(count,
                         [&](Slot slot) { sheet[slot] = std::max(sheet[slot], source.code()); });
    }
    read_sheet(sheet, all.slots);
    return all;
}

}  // namespace iwant::search
