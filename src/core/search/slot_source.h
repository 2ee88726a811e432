#pragma once

// Slots that come from somewhere (a posting list, a pair of words) with one code for how well they
// match, and what is done with many of them: uniting them, and marking candidates.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/search/postings.h"

namespace iwant::search {

struct Candidate;

/// Borrows the list, which must not change. Code 0 means nothing.
class SlotSource {
  public:
    SlotSource(const Postings& list, const Arena& arena, std::uint8_t code)
        : list_(&list), arena_(&arena), code_(code) {}
    SlotSource(const std::vector<Slot>& slots, std::uint8_t code) : slots_(&slots), code_(code) {}

    std::size_t size() const { return list_ != nullptr ? list_->size() : slots_->size(); }
    std::uint8_t code() const { return code_; }

    /// Calls `visit(slot)` for the last `count` or a few more, in order.
    template <class Visit>
    void walk_last(std::size_t count, Visit visit) const {
        if (list_ == nullptr) {
            const std::size_t first = slots_->size() - std::min(count, slots_->size());
            for (std::size_t i = first; i < slots_->size(); ++i) visit((*slots_)[i]);
            return;
        }
        PostingCursor cursor(*list_, *arena_);
        if (count < list_->size()) {
            // Chunks hold about the same number each.
            cursor.enter(list_->chunk_count() * (list_->size() - count) / list_->size());
        }
        for (; !cursor.at_end(); cursor.next()) visit(cursor.slot());
    }

    /// Gives the candidates (in order of slot) that are here this code, if it is better than
    /// theirs.
    void mark(std::vector<Candidate>& candidates) const;

  private:
    const Postings* list_ = nullptr;
    const Arena* arena_ = nullptr;
    const std::vector<Slot>* slots_ = nullptr;
    std::uint8_t code_;
};

struct CodedSlot {
    Slot slot = 0;
    std::uint8_t code = 0;
};

struct Union {
    std::vector<CodedSlot> slots;  ///< in order, each with its best code
    std::uint64_t left_out = 0;    ///< about
};

/// The slots of all sources, which come best first; about `slots_max` are looked at, from the best
/// sources and the ends of those.
Union unite(const std::vector<SlotSource>& sources, Slot slots_end, std::size_t slots_max);

}  // namespace iwant::search
