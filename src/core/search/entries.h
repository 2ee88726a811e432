#pragma once

// What everybody shares, packed for millions of entries: sixteen bytes each and their packed name;
// found by owner and id, by content, and by the slot number that posting lists carry.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/entry.h"
#include "base/query.h"
#include "core/search/arena.h"
#include "core/search/folders.h"
#include "core/search/postings.h"
#include "core/search/slabs.h"
#include "core/search/sorted_blocks.h"
#include "core/search/text_packer.h"

namespace iwant::search {

using ContentSlot = std::uint32_t;  ///< of a content; used again after its last entry left
using OwnerSlot = std::uint32_t;    ///< of an owner; used again after its last entry left

struct Record {
    static constexpr OwnerSlot kNoOwner = (1u << 20) - 1;

    Arena::Ref details = Arena::kNone;  ///< id, size, time and name, packed
    FolderId folder = kNoFolder;
    ContentSlot content = kNoSlot;
    OwnerSlot owner : 20 = kNoOwner;  ///< kNoOwner: the slot is unused
    std::uint32_t type : 3 = 0;       ///< a FileType
    std::uint32_t is_folder : 1 = 0;
    std::uint32_t name_words : 8 = 0;  ///< set by who cuts the name

    EntryKind kind() const { return is_folder != 0 ? EntryKind::folder : EntryKind::file; }
};
static_assert(sizeof(Record) == 16);

/// What is not needed while walking posting lists.
struct Details {
    std::uint64_t id = 0;
    std::uint64_t size_bytes = 0;
    UnixSeconds modified = 0;
};

/// Not thread-safe. Slots stay valid until their entry is erased.
class Entries {
  public:
    static constexpr std::size_t kPathBytesMax = 8192;  ///< the rest of a longer one is cut

    explicit Entries(std::uint64_t hash_key)
        : folders_(arena_, hash_key), owner_slots_(0, OwnerHash{KeyedHash(hash_key)}) {}

    /// Fetches into the processor's cache what adding this path will read first.
    void prefetch(std::string_view path) const { folders_.prefetch(folder_of(path)); }
    /// There must not be one with the same owner and id.
    Slot add(const PeerId& owner, const Entry& entry);
    /// Everything but owner and id becomes that of `entry`.
    void change(Slot slot, const Entry& entry);
    void erase(Slot slot);

    std::optional<Slot> find(const PeerId& owner, EntryId id) const;
    std::vector<Slot> slots_of(const PeerId& owner) const;
    /// For filters: the owner as records name it, kNoOwner when nothing is known of it.
    OwnerSlot owner_slot(const PeerId& owner) const;

    const Record& at(Slot slot) const { return records_[slot]; }
    bool is_used(Slot slot) const { return records_[slot].owner != Record::kNoOwner; }
    void set_name_words(Slot slot, std::uint8_t words) { records_[slot].name_words = words; }
    Details details(Slot slot) const;
    std::string path(Slot slot) const;
    /// Appends the entry's own name.
    void append_name(Slot slot, std::string& text) const;
    const Folders& folders() const { return folders_; }
    const PeerId& owner_of(Slot slot) const { return owners_[records_[slot].owner].id; }

    std::optional<Hash256> content_of(Slot slot) const;
    /// How many entries have this entry's content; 1 while it has none.
    std::uint32_t copies_of(Slot slot) const;
    /// All entries with this entry's content; at most `limit`.
    std::vector<Slot> same_content(Slot slot, std::size_t limit) const;
    /// One entry of each content whose hash lies in [first, last], in order; at most `limit`.
    std::vector<Slot> contents_between(const Hash256& first, const Hash256& last,
                                       std::size_t limit) const;

    std::size_t size() const { return size_; }
    std::size_t size(const PeerId& owner) const;
    /// All slots in use are below this.
    Slot slots_end() const { return static_cast<Slot>(records_.end()); }
    ContentSlot contents_end() const { return static_cast<ContentSlot>(contents_.end()); }

    /// Of everything but the posting lists' chunks, which have an arena of their own.
    std::size_t memory_bytes() const;
    std::size_t arena_bytes() const { return arena_.memory_bytes(); }

  private:
    struct Owner {
        PeerId id;
        SortedBlocks slots;  ///< by entry id
    };
    struct Content {
        Hash256 hash;
        Postings slots;
    };
    struct OwnerHash {
        KeyedHash hash;
        std::size_t operator()(const PeerId& owner) const;
    };

    static std::string_view folder_of(std::string_view path);
    void write(Slot slot, std::uint64_t id, const Entry& entry);
    void unwrite(Slot slot);
    std::uint64_t id_of(Slot slot) const;
    std::size_t details_size(Slot slot) const;
    OwnerSlot owner_slot_or_new(const PeerId& owner);
    ContentSlot content_slot_or_new(const Hash256& hash);
    void link(Slot slot, const Hash256& hash);
    void unlink(Slot slot);

    Arena arena_;
    TextPacker packer_;
    Folders folders_;
    Pool<Record> records_;
    std::deque<Owner> owners_;
    std::vector<OwnerSlot> unused_owners_;
    std::unordered_map<PeerId, OwnerSlot, OwnerHash> owner_slots_;  ///< looked up, never walked
    Pool<Content> contents_;
    SortedBlocks contents_in_order_;
    std::size_t size_ = 0;
    std::string packed_;  ///< kept for its memory
};

}  // namespace iwant::search
