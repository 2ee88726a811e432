#pragma once

// The entries that have a word: a sorted set of slots as differences of one to five bytes (LEB128),
// in chunks of at most 256 bytes, so that a change anywhere rewrites one chunk and a search skips
// the ones it does not need. New entries come at the end, where a slot costs an append.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/search/arena.h"

namespace iwant::search {

using Slot = std::uint32_t;  ///< of an entry; used again after it left
inline constexpr std::uint32_t kNoSlot = 0xFFFFFFFF;

/// Not thread-safe. The arena is always the same one; what a list took of it is given back when the
/// list is empty.
class alignas(32) Postings {
  public:
    struct Chunk {
        Slot first = 0;
        Arena::Ref bytes = Arena::kNone;
        std::uint16_t used = 0;  ///< bytes of differences
        std::uint16_t room = 0;
    };

    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }

    /// False when it is there already.
    bool insert(Slot slot, Arena& arena);
    /// False when it is not there.
    bool erase(Slot slot, Arena& arena);

    std::size_t chunk_count() const {
        return count_ == 0 ? 0 : 1 + (earlier_ ? earlier_->size() : 0);
    }
    const Chunk& chunk(std::size_t index) const {
        return earlier_ && index < earlier_->size() ? (*earlier_)[index] : last_chunk_;
    }
    /// Fetches into the processor's cache what inserting or erasing this slot will touch.
    void prefetch(Slot slot, const Arena& arena) const {
        if (count_ > 0 && slot <= last_) {
            prefetch_middle(slot, arena);
        } else if (last_chunk_.room > 0) {
            __builtin_prefetch(arena.at(last_chunk_.bytes) + last_chunk_.used, 1);
        }
    }

    /// Of the chunk directory; chunks are counted by the arena.
    std::size_t memory_bytes() const {
        return earlier_ ? sizeof(std::vector<Chunk>) + earlier_->capacity() * sizeof(Chunk) : 0;
    }

  private:
    Chunk& chunk_to_change(std::size_t index) {
        return earlier_ && index < earlier_->size() ? (*earlier_)[index] : last_chunk_;
    }
    std::vector<Chunk>& earlier() {
        if (!earlier_) earlier_ = std::make_unique<std::vector<Chunk>>();
        return *earlier_;
    }
    void prefetch_middle(Slot slot, const Arena& arena) const;
    void append(Slot slot, Arena& arena);
    std::size_t chunk_of(Slot slot) const;
    void split(std::size_t index, Arena& arena);
    void drop(std::size_t index, Arena& arena);

    Chunk last_chunk_;  ///< here, so that an append finds it without a detour
    Slot last_ = 0;     ///< the largest
    std::uint32_t count_ = 0;
    std::unique_ptr<std::vector<Chunk>> earlier_;
};
static_assert(sizeof(Postings) == 32);

/// Walks a list in order; changes of the list invalidate it.
class PostingCursor {
  public:
    PostingCursor(const Postings& list, const Arena& arena) : list_(&list), arena_(&arena) {
        enter(0);
    }

    bool at_end() const { return at_end_; }
    Slot slot() const { return slot_; }
    void next() {
        if (byte_ == end_) {
            enter(index_ + 1);
            return;
        }
        slot_ += read_difference();
    }
    /// To the first slot that is not below this one; never backwards.
    void seek(Slot slot);
    /// To the chunk with this number.
    void enter(std::size_t index);

  private:
    Slot read_difference() {
        Slot value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t byte = *byte_++;
            value |= static_cast<Slot>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
    }

    const Postings* list_;
    const Arena* arena_;
    std::size_t index_ = 0;
    const std::uint8_t* byte_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    Slot slot_ = 0;
    bool at_end_ = false;
};

}  // namespace iwant::search
