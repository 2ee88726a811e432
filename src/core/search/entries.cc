#include "core/search/entries.h"

#include <cstring>

#include "base/assert.h"
#include "base/path.h"
#include "core/search/tokens.h"
#include "core/search/varint.h"

namespace iwant::search {

namespace {

// Dates are kept by their distance from one of our time: a byte less each.
constexpr UnixSeconds kDateBase = 1'650'000'000;

}  // namespace

Slot Entries::add(const PeerId& owner, const Entry& entry) {
    const Slot slot = records_.take();
    ASSERT(slot != kNoSlot);
    const OwnerSlot owner_slot = owner_slot_or_new(owner);
    records_[slot].owner = owner_slot;
    write(slot, entry.id.value, entry);
    const bool is_new =
        owners_[owner_slot].slots.insert(slot, [&](Slot a, Slot b) { return id_of(a) < id_of(b); });
    ASSERT(is_new);
    ++size_;
    return slot;
}

void Entries::change(Slot slot, const Entry& entry) {
    const std::uint64_t id = id_of(slot);
    const Record before = records_[slot];
    const std::size_t size_before = details_size(slot);
    unlink(slot);
    write(slot, id, entry);
    // Only now, so that a folder that stays is not made anew.
    folders_.leave(before.folder);
    arena_.give_back(before.details, size_before);
}

void Entries::erase(Slot slot) {
    const OwnerSlot owner_slot = records_[slot].owner;
    Owner& owner = owners_[owner_slot];
    owner.slots.erase(slot, [&](Slot a, Slot b) { return id_of(a) < id_of(b); });
    unwrite(slot);
    if (owner.slots.empty()) {
        owner_slots_.erase(owner.id);
        owner = {};
        unused_owners_.push_back(owner_slot);
    }
    records_.give_back(slot);
    --size_;
}

// With the slash at its end.
std::string_view Entries::folder_of(std::string_view path) {
    path = path.substr(0, kPathBytesMax);
    return path.substr(0, path.size() - last_component(path).size());
}

void Entries::write(Slot slot, std::uint64_t id, const Entry& entry) {
    const std::string_view path = std::string_view(entry.path).substr(0, kPathBytesMax);
    const std::string_view name = last_component(path);
    packer_.observe(name);
    packed_.clear();
    append_varint(id, packed_);
    append_varint(entry.size_bytes, packed_);
    // Wraps around for dates at the ends of time, and back again.
    append_varint(zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.modified) -
                                                   std::uint64_t{kDateBase})),
                  packed_);
    packer_.pack(name, packed_);
    Record& record = records_[slot];
    record.details = arena_.take(packed_.size());
    std::memcpy(arena_.at(record.details), packed_.data(), packed_.size());
    record.is_folder = entry.kind == EntryKind::folder;
    record.type = static_cast<std::uint32_t>(entry.kind == EntryKind::folder ? FileType::folder
                                                                             : type_of_name(name));
    record.folder = folders_.enter(folder_of(path));
    if (entry.content) link(slot, *entry.content);
}

void Entries::unwrite(Slot slot) {
    unlink(slot);
    Record& record = records_[slot];
    folders_.leave(record.folder);
    arena_.give_back(record.details, details_size(slot));
    record.folder = kNoFolder;
    record.details = Arena::kNone;
}

Details Entries::details(Slot slot) const {
    const std::uint8_t* byte = arena_.at(records_[slot].details);
    Details details;
    details.id = read_varint(byte);
    details.size_bytes = read_varint(byte);
    details.modified = static_cast<UnixSeconds>(
        static_cast<std::uint64_t>(unzigzag(read_varint(byte))) + std::uint64_t{kDateBase});
    return details;
}

std::uint64_t Entries::id_of(Slot slot) const {
    const std::uint8_t* byte = arena_.at(records_[slot].details);
    return read_varint(byte);
}

std::size_t Entries::details_size(Slot slot) const {
    const std::uint8_t* const start = arena_.at(records_[slot].details);
    const std::uint8_t* byte = start;
    for (int i = 0; i < 3; ++i) read_varint(byte);
    return static_cast<std::size_t>(byte - start) + TextPacker::packed_size(byte);
}

void Entries::append_name(Slot slot, std::string& text) const {
    const std::uint8_t* byte = arena_.at(records_[slot].details);
    for (int i = 0; i < 3; ++i) read_varint(byte);
    packer_.unpack(byte, text);
}

std::string Entries::path(Slot slot) const {
    std::string path;
    folders_.append_path(records_[slot].folder, path);
    append_name(slot, path);
    return path;
}

std::optional<Slot> Entries::find(const PeerId& owner, EntryId id) const {
    const OwnerSlot owner_slot = this->owner_slot(owner);
    if (owner_slot == Record::kNoOwner) return std::nullopt;
    const SortedBlocks& slots = owners_[owner_slot].slots;
    SortedBlocks::Cursor cursor =
        slots.lower_bound([&](Slot slot) { return id_of(slot) < id.value; });
    std::optional<Slot> found;
    slots.walk(cursor, [&](Slot slot) {
        if (id_of(slot) == id.value) found = slot;
        return false;
    });
    return found;
}

std::vector<Slot> Entries::slots_of(const PeerId& owner) const {
    std::vector<Slot> slots;
    const OwnerSlot owner_slot = this->owner_slot(owner);
    if (owner_slot == Record::kNoOwner) return slots;
    owners_[owner_slot].slots.walk_all([&](Slot slot) { slots.push_back(slot); });
    return slots;
}

std::size_t Entries::OwnerHash::operator()(const PeerId& owner) const {
    const auto& bytes = owner.hash.bytes;
    return static_cast<std::size_t>(
        hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
}

OwnerSlot Entries::owner_slot(const PeerId& owner) const {
    const auto found = owner_slots_.find(owner);
    return found == owner_slots_.end() ? Record::kNoOwner : found->second;
}

std::optional<Hash256> Entries::content_of(Slot slot) const {
    const ContentSlot content = records_[slot].content;
    return content == kNoSlot ? std::nullopt : std::optional(contents_[content].hash);
}

std::uint32_t Entries::copies_of(Slot slot) const {
    const ContentSlot content = records_[slot].content;
    return content == kNoSlot ? 1 : static_cast<std::uint32_t>(contents_[content].slots.size());
}

std::vector<Slot> Entries::same_content(Slot slot, std::size_t limit) const {
    const ContentSlot content = records_[slot].content;
    if (content == kNoSlot) return {slot};
    std::vector<Slot> slots;
    PostingCursor cursor(contents_[content].slots, arena_);
    for (; !cursor.at_end() && slots.size() < limit; cursor.next()) slots.push_back(cursor.slot());
    return slots;
}

std::vector<Slot> Entries::contents_between(const Hash256& first, const Hash256& last,
                                            std::size_t limit) const {
    std::vector<Slot> slots;
    SortedBlocks::Cursor cursor = contents_in_order_.lower_bound(
        [&](ContentSlot content) { return contents_[content].hash < first; });
    contents_in_order_.walk(cursor, [&](ContentSlot content) {
        if (slots.size() >= limit || contents_[content].hash > last) return false;
        slots.push_back(contents_[content].slots.chunk(0).first);
        return true;
    });
    return slots;
}

std::size_t Entries::size(const PeerId& owner) const {
    const OwnerSlot owner_slot = this->owner_slot(owner);
    return owner_slot == Record::kNoOwner ? 0 : owners_[owner_slot].slots.size();
}

OwnerSlot Entries::owner_slot_or_new(const PeerId& owner) {
    const auto known = owner_slots_.find(owner);
    if (known != owner_slots_.end()) return known->second;
    auto slot = static_cast<OwnerSlot>(owners_.size());
    ASSERT(slot != Record::kNoOwner);
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
    found = contents_.take();
    contents_[found].hash = hash;
    contents_in_order_.insert(
        found, [&](ContentSlot a, ContentSlot b) { return contents_[a].hash < contents_[b].hash; });
    return found;
}

void Entries::link(Slot slot, const Hash256& hash) {
    const ContentSlot content = content_slot_or_new(hash);
    records_[slot].content = content;
    contents_[content].slots.insert(slot, arena_);
}

void Entries::unlink(Slot slot) {
    const ContentSlot content = records_[slot].content;
    if (content == kNoSlot) return;
    records_[slot].content = kNoSlot;
    contents_[content].slots.erase(slot, arena_);
    if (!contents_[content].slots.empty()) return;
    contents_in_order_.erase(content, [&](ContentSlot a, ContentSlot b) {
        return contents_[a].hash < contents_[b].hash;
    });
    contents_.give_back(content);
}

std::size_t Entries::memory_bytes() const {
    std::size_t bytes = arena_.memory_bytes() + packer_.memory_bytes() + folders_.memory_bytes() +
                        records_.memory_bytes() + contents_.memory_bytes() +
                        contents_in_order_.memory_bytes();
    for (const Owner& owner : owners_) bytes += sizeof owner + owner.slots.memory_bytes();
    return bytes;
}

}  // namespace iwant::search
