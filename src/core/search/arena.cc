#include "core/search/arena.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace iwant::search {

Arena::Ref Arena::take(std::size_t bytes) {
    ASSERT(bytes <= kRunBytesMax);
    const std::size_t units = units_for(bytes);
    Ref& head = free_[list_of(units)];
    if (head != 0) {
        const Ref ref = head - 1;
        std::memcpy(&head, at(ref), sizeof head);
        return ref;
    }
    const std::size_t left = slabs_.size() * kSlabUnits - next_;
    if (left < units) {
        // What is left of the slab serves smaller runs.
        if (left >= kUnitsMin && left <= kExactUnits) put_on_list(static_cast<Ref>(next_), left);
        next_ = slabs_.size() * kSlabUnits;
        ASSERT(next_ + kSlabUnits < kNone);
        slabs_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kSlabUnits * kUnit));
    }
    const auto ref = static_cast<Ref>(next_);
    next_ += units;
    return ref;
}

void Arena::give_back(Ref ref, std::size_t bytes) {
    put_on_list(ref, units_for(bytes));
}

std::size_t Arena::room(std::size_t bytes) {
    return units_for(bytes) * kUnit;
}

std::size_t Arena::units_for(std::size_t bytes) {
    const std::size_t units = std::max(kUnitsMin, (bytes + kUnit - 1) / kUnit);
    if (units <= kExactUnits) return units;
    return (units + kExactUnits - 1) / kExactUnits * kExactUnits;
}

std::size_t Arena::list_of(std::size_t units) {
    return units <= kExactUnits ? units : kExactUnits + units / kExactUnits;
}

void Arena::put_on_list(Ref ref, std::size_t units) {
    Ref& head = free_[list_of(units)];
    std::memcpy(at(ref), &head, sizeof head);
    head = ref + 1;
}

}  // namespace iwant::search
