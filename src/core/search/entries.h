#pragma once

// What everybody shares, packed for millions of entries: one record each, found by owner and id, by
// content, and by the slot number that posting lists carry.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/entry.h"
#include "base/query.h"
#include "core/search/sorted_blocks.h"

namespace iwant::search {

using Slot = std::uint32_t;         ///< of an entry; used again after it left
using ContentSlot = std::uint32_t;  ///< of a content; used again after its last entry left
using OwnerSlot = std::uint32_t;    ///< of an owner; used again after its last entry left
inline constexpr std::uint32_t kNoSlot = 0xFFFFFFFF;
/// A posting has two bits for the field.
inline constexpr Slot kSlotsMax = Slot{1} << 30;

struct Record {
    std::uint64_t id = 0;
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
    std::unique_ptr<char[]> path_bytes;
    std::uint32_t path_length = 0;
    OwnerSlot owner = kNoSlot;  ///< kNoSlot: the slot is unused
    ContentSlot content = kNoSlot;
    Slot previous_same = kNoSlot;  ///< with the same content
    Slot next_same = kNoSlot;
    EntryKind kind = EntryKind::file;
    FileType type = FileType::any;
    std::uint8_t name_words = 0;  ///< set by who cuts the name

    std::string_view path() const { return {path_bytes.get(), path_length}; }
};

/// Not thread-safe. Slots stay valid until their entry is erased.
class Entries {
  public:
    /// There must not be one with the same owner and id.
    Slot add(const PeerId& owner, const Entry& entry);
    void erase(Slot slot);

    std::optional<Slot> find(const PeerId& owner, EntryId id) const;
    std::vector<Slot> slots_of(const PeerId& owner) const;
    /// For filters: the owner as records name it, kNoSlot when nothing is known of it.
    OwnerSlot owner_slot(const PeerId& owner) const;

    const Record& at(Slot slot) const { return records_[slot]; }
    void set_name_words(Slot slot, std::uint8_t words) { records_[slot].name_words = words; }
    const PeerId& owner_of(Slot slot) const { return owners_[records_[slot].owner].id; }
    std::optional<Hash256> content_of(Slot slot) const;
    /// How many entries have this entry's content; 1 while it has none.
    std::uint32_t copies_of(Slot slot) const;
    /// All entries with this entry's content, newest registration first; at most `limit`.
    std::vector<Slot> same_content(Slot slot, std::size_t limit) const;
    /// One entry of each content whose hash lies in [first, last], in order; at most `limit`.
    std::vector<Slot> contents_between(const Hash256& first, const Hash256& last,
                                       std::size_t limit) const;

    std::size_t size() const { return size_; }
    std::size_t size(const PeerId& owner) const;
    /// All slots in use are below this.
    Slot slots_end() const { return static_cast<Slot>(records_.size()); }
    ContentSlot contents_end() const { return static_cast<ContentSlot>(contents_.size()); }

  private:
    struct Owner {
        PeerId id;
        SortedBlocks slots;  ///< by entry id
    };
    struct Content {
        Hash256 hash;
        Slot first = kNoSlot;
        std::uint32_t copies = 0;
    };

    Slot take_slot();
    OwnerSlot owner_slot_or_new(const PeerId& owner);
    ContentSlot content_slot_or_new(const Hash256& hash);
    void link(Slot slot, const Hash256& hash);
    void unlink(Slot slot);

    std::deque<Record> records_;
    std::vector<Slot> unused_records_;
    std::deque<Owner> owners_;
    std::vector<OwnerSlot> unused_owners_;
    std::unordered_map<PeerId, OwnerSlot> owner_slots_;  ///< looked up only, never walked
    std::deque<Content> contents_;
    std::vector<ContentSlot> unused_contents_;
    SortedBlocks contents_in_order_;
    std::size_t size_ = 0;
};

}  // namespace iwant::search
