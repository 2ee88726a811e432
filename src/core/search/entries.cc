#include "core/search/entries.h"

#include <algorithm>

#include "base/assert.h"
#include "core/search/tokens.h"

namespace iwant::search {

Slot Entries::add(const PeerId& owner, const Entry& entry) {
    const Slot slot = take_slot();
    Record& record = records_[slot];
    record.id = entry.id.value;
    record.size_bytes = entry.size_bytes;
    record.modified = entry.modified;
    record.path_bytes = std::make_unique_for_overwrite<char[]>(entry.path.size());
    std::copy(entry.path.begin(), entry.path.end(), record.path_bytes.get());
    record.path_length = static_cast<std::uint32_t>(entry.path.size());
    record.owner = owner_slot_or_new(owner);
    record.kind = entry.kind;
    record.type =
        entry.kind == EntryKind::folder ? FileType::folder : type_of_name(name_of_path(entry.path));
    const bool is_new = owners_[record.owner].slots.insert(
        slot, [&](Slot a, Slot b) { return records_[a].id < records_[b].id; });
    ASSERT(is_new);
    if (entry.content) link(slot, *entry.content);
    ++size_;
    return slot;
}

void Entries::erase(Slot slot) {
    unlink(slot);
    const OwnerSlot owner_slot = records_[slot].owner;
    Owner& owner = owners_[owner_slot];
    owner.slots.erase(slot, [&](Slot a, Slot b) { return records_[a].id < records_[b].id; });
    if (owner.slots.empty()) {
        owner_slots_.erase(owner.id);
        owner = {};
        unused_owners_.push_back(owner_slot);
    }
    records_[slot] = {};
    unused_records_.push_back(slot);
    --size_;
}

std::optional<Slot> Entries::find(const PeerId& owner, EntryId id) const {
    const OwnerSlot owner_slot = this->owner_slot(owner);
    if (owner_slot == kNoSlot) return std::nullopt;
    const SortedBlocks& slots = owners_[owner_slot].slots;
    SortedBlocks::Cursor cursor =
        slots.lower_bound([&](Slot slot) { return records_[slot].id < id.value; });
    std::optional<Slot> found;
    slots.walk(cursor, [&](Slot slot) {
        if (records_[slot].id == id.value) found = slot;
        return false;
    });
    return found;
}

std::vector<Slot> Entries::slots_of(const PeerId& owner) const {
    std::vector<Slot> slots;
    const OwnerSlot owner_slot = this->owner_slot(owner);
    if (owner_slot == kNoSlot) return slots;
    owners_[owner_slot].slots.walk_all([&](Slot slot) { slots.push_back(slot); });
    return slots;
}

OwnerSlot Entries::owner_slot(const PeerId& owner) const {
    const auto found = owner_slots_.find(owner);
    return found == owner_slots_.end() ? kNoSlot : found->second;
}

std::optional<Hash256> Entries::content_of(Slot slot) const {
    const ContentSlot content = records_[slot].content;
    return content == kNoSlot ? std::nullopt : std::optional(contents_[content].hash);
}

std::uint32_t Entries::copies_of(Slot slot) const {
    const ContentSlot content = records_[slot].content;
    return content == kNoSlot ? 1 : contents_[content].copies;
}

std::vector<Slot> Entries::same_content(Slot slot, std::size_t limit) const {
    const ContentSlot content = records_[slot].content;
    if (content == kNoSlot) return {slot};
    std::vector<Slot> slots;
    for (Slot next = contents_[content].first; next != kNoSlot && slots.size() < limit;
         next = records_[next].next_same) {
        slots.push_back(next);
    }
    return slots;
}

std::vector<Slot> Entries::contents_between(const Hash256& first, const Hash256& last,
                                            std::size_t limit) const {
    std::vector<Slot> slots;
    SortedBlocks::Cursor cursor = contents_in_order_.lower_bound(
        [&](ContentSlot content) { return contents_[content].hash < first; });
    contents_in_order_.walk(cursor, [&](ContentSlot content) {
        if (slots.size() >= limit || contents_[content].hash > last) return false;
        slots.push_back(contents_[content].first);
        return true;
    });
    return slots;
}

std::size_t Entries::size(const PeerId& owner) const {
    const OwnerSlot owner_slot = this->owner_slot(owner);
    return owner_slot == kNoSlot ? 0 : owners_[owner_slot].slots.size();
}

Slot Entries::take_slot() {
    if (unused_records_.empty()) {
        ASSERT(records_.size() < kSlotsMax);
        records_.emplace_back();
        return static_cast<Slot>(records_.size() - 1);
    }
    const Slot slot = unused_records_.back();
    unused_records_.pop_back();
    return slot;
}

OwnerSlot Entries::owner_slot_or_new(const PeerId& owner) {
    const auto known = owner_slots_.find(owner);
    if (known != owner_slots_.end()) return known->second;
    auto slot = static_cast<OwnerSlot>(owners_.size());
    if (unused_owners_.empty()) {
        owners_.emplace_back();
    } else {
        slot = unused_owners_.back();
        unused_owners_.pop_back();
    }
    owners_[slot].id = owner;
    owner_slots_.emplace(owner, slot);
    return slot;
}

ContentSlot Entries::content_slot_or_new(const Hash256& hash) {
    SortedBlocks::Cursor cursor = contents_in_order_.lower_bound(
        [&](ContentSlot content) { return contents_[content].hash < hash; });
    ContentSlot found = kNoSlot;
    contents_in_order_.walk(cursor, [&](ContentSlot content) {
        if (contents_[content].hash == hash) found = content;
        return false;
    });
    if (found != kNoSlot) return found;
    found = static_cast<ContentSlot>(contents_.size());
    if (unused_contents_.empty()) {
        contents_.emplace_back();
    } else {
        found = unused_contents_.back();
        unused_contents_.pop_back();
    }
    contents_[found].hash = hash;
    contents_in_order_.insert(
        found, [&](ContentSlot a, ContentSlot b) { return contents_[a].hash < contents_[b].hash; });
    return found;
}

void Entries::link(Slot slot, const Hash256& hash) {
    Record& record = records_[slot];
    record.content = content_slot_or_new(hash);
    Content& content = contents_[record.content];
    record.next_same = content.first;
    if (content.first != kNoSlot) records_[content.first].previous_same = slot;
    content.first = slot;
    ++content.copies;
}

void Entries::unlink(Slot slot) {
    Record& record = records_[slot];
    if (record.content == kNoSlot) return;
    Content& content = contents_[record.content];
    if (record.previous_same != kNoSlot) {
        records_[record.previous_same].next_same = record.next_same;
    } else {
        content.first = record.next_same;
    }
    if (record.next_same != kNoSlot)
        records_[record.next_same].previous_same = record.previous_same;
    if (--content.copies > 0) return;
    contents_in_order_.erase(record.content, [&](ContentSlot a, ContentSlot b) {
        return contents_[a].hash < contents_[b].hash;
    });
    content = {};
    unused_contents_.push_back(record.content);
}

}  // namespace iwant::search
