#include "core/swarm/range_set.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"

namespace iwant::swarm {

bool RangeSet::contains(std::uint64_t number) const {
    const auto range = next(number);
    return range && range->first == number;
}

std::optional<Range> RangeSet::next(std::uint64_t from) const {
    auto it = ends_.upper_bound(from);
    if (it != ends_.begin() && std::prev(it)->second > from) --it;
    if (it == ends_.end()) return std::nullopt;
    return Range{std::max(it->first, from), it->second};
}

void RangeSet::insert(Range range) {
    if (range.first >= range.end) return;
    auto after = ends_.lower_bound(range.first);
    ASSERT(after == ends_.end() || after->first >= range.end);
    if (after != ends_.end() && after->first == range.end) {
        range.end = after->second;
        after = ends_.erase(after);
    }
    if (after != ends_.begin()) {
        const auto before = std::prev(after);
        ASSERT(before->second <= range.first);
        if (before->second == range.first) {
            before->second = range.end;
            return;
        }
    }
    ends_.emplace_hint(after, range.first, range.end);
}

void RangeSet::erase(Range range) {
    if (range.first >= range.end) return;
    auto it = ends_.upper_bound(range.first);
    ASSERT(it != ends_.begin());
    --it;
    ASSERT(it->second >= range.end);
    const std::uint64_t end = it->second;
    if (it->first == range.first) {
        ends_.erase(it);
    } else {
        it->second = range.first;
    }
    if (range.end < end) ends_.emplace(range.end, end);
}

}  // namespace iwant::swarm
