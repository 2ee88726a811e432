#include "core/search/postings.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace iwant::search {
namespace {

constexpr std::size_t kChunkBytesMax = 256;
constexpr std::size_t kDifferenceBytesMax = 5;

std::size_t write_difference(Slot value, std::uint8_t* bytes) {
    std::size_t used = 0;
    for (; value >= 0x80; value >>= 7) bytes[used++] = static_cast<std::uint8_t>(value | 0x80);
    bytes[used++] = static_cast<std::uint8_t>(value);
    return used;
}

// A little more than is needed while a chunk grows, so that not each append copies it.
std::size_t room_for(std::size_t bytes) {
    return std::min(kChunkBytesMax, Arena::room(bytes + bytes / 4));
}

void make_room(Postings::Chunk& chunk, std::size_t bytes, Arena& arena) {
    if (bytes <= chunk.room) return;
    const std::size_t room = room_for(bytes);
    const Arena::Ref larger = arena.take(room);
    if (chunk.room > 0) {
        std::memcpy(arena.at(larger), arena.at(chunk.bytes), chunk.used);
        arena.give_back(chunk.bytes, chunk.room);
    }
    chunk.bytes = larger;
    chunk.room = static_cast<std::uint16_t>(room);
}

void free_bytes(Postings::Chunk& chunk, Arena& arena) {
    if (chunk.room > 0) arena.give_back(chunk.bytes, chunk.room);
    chunk = {};
}

std::vector<Slot> slots_in(const Postings& list, std::size_t index, const Arena& arena) {
    const Postings::Chunk& chunk = list.chunk(index);
    std::vector<Slot> slots{chunk.first};
    slots.reserve(kChunkBytesMax + 2);
    const std::uint8_t* byte = chunk.used > 0 ? arena.at(chunk.bytes) : nullptr;
    const std::uint8_t* const end = byte + chunk.used;
    while (byte != end) {
        Slot value = 0;
        unsigned shift = 0;
        for (; *byte >= 0x80; shift += 7) value |= static_cast<Slot>(*byte++ & 0x7F) << shift;
        value |= static_cast<Slot>(*byte++) << shift;
        slots.push_back(slots.back() + value);
    }
    return slots;
}

}  // namespace

bool Postings::insert(Slot slot, Arena& arena) {
    if (count_ == 0 || slot > last_) {
        append(slot, arena);
        return true;
    }
    const std::size_t index = chunk_of(slot);
    std::vector<Slot> slots = slots_in(*this, index, arena);
    const auto place = std::lower_bound(slots.begin(), slots.end(), slot);
    if (place != slots.end() && *place == slot) return false;
    slots.insert(place, slot);
    store(index, slots, arena);
    ++count_;
    return true;
}

bool Postings::erase(Slot slot, Arena& arena) {
    if (count_ == 0 || slot > last_) return false;
    const std::size_t index = chunk_of(slot);
    std::vector<Slot> slots = slots_in(*this, index, arena);
    const auto place = std::lower_bound(slots.begin(), slots.end(), slot);
    if (place == slots.end() || *place != slot) return false;
    slots.erase(place);
    if (slots.empty()) {
        drop(index, arena);
    } else {
        store(index, slots, arena);
    }
    if (--count_ > 0 && slot == last_) last_ = slots_in(*this, chunk_count() - 1, arena).back();
    return true;
}

void Postings::append(Slot slot, Arena& arena) {
    if (count_ == 0) {
        first_chunk_.first = slot;
    } else {
        Chunk& chunk = chunk_to_change(chunk_count() - 1);
        std::array<std::uint8_t, kDifferenceBytesMax> bytes{};
        const std::size_t length = write_difference(slot - last_, bytes.data());
        if (chunk.used + length <= kChunkBytesMax) {
            make_room(chunk, chunk.used + length, arena);
            std::memcpy(arena.at(chunk.bytes) + chunk.used, bytes.data(), length);
            chunk.used = static_cast<std::uint16_t>(chunk.used + length);
        } else {
            if (!more_) more_ = std::make_unique<std::vector<Chunk>>();
            if (more_->size() == more_->capacity()) more_->reserve(more_->size() * 5 / 4 + 2);
            more_->push_back({slot, Arena::kNone, 0, 0});
        }
    }
    last_ = slot;
    ++count_;
}

std::size_t Postings::chunk_of(Slot slot) const {
    std::size_t low = 0;
    std::size_t high = chunk_count();
    while (high - low > 1) {
        const std::size_t middle = (low + high) / 2;
        if (chunk(middle).first <= slot) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

void Postings::store(std::size_t index, const std::vector<Slot>& slots, Arena& arena) {
    std::array<std::uint8_t, kChunkBytesMax + 4 * kDifferenceBytesMax> bytes;
    std::size_t used = 0;
    for (std::size_t i = 1; i < slots.size() && used <= kChunkBytesMax; ++i) {
        used += write_difference(slots[i] - slots[i - 1], bytes.data() + used);
    }
    if (used > kChunkBytesMax) {
        split(index, slots, arena);
        return;
    }
    Chunk& chunk = chunk_to_change(index);
    chunk.first = slots.front();
    // A chunk that lost most of its slots gets a smaller place.
    if (chunk.room > 32 && used < chunk.room / 2u) free_bytes(chunk, arena);
    chunk.first = slots.front();
    make_room(chunk, used, arena);
    if (used > 0) std::memcpy(arena.at(chunk.bytes), bytes.data(), used);
    chunk.used = static_cast<std::uint16_t>(used);
}

void Postings::split(std::size_t index, const std::vector<Slot>& slots, Arena& arena) {
    const auto middle = slots.begin() + static_cast<std::ptrdiff_t>(slots.size() / 2);
    if (!more_) more_ = std::make_unique<std::vector<Chunk>>();
    more_->insert(more_->begin() + static_cast<std::ptrdiff_t>(index), Chunk{});
    store(index, {slots.begin(), middle}, arena);
    store(index + 1, {middle, slots.end()}, arena);
}

void Postings::drop(std::size_t index, Arena& arena) {
    free_bytes(chunk_to_change(index), arena);
    if (!more_) return;
    if (index == 0) {
        first_chunk_ = more_->front();
        index = 1;
    }
    more_->erase(more_->begin() + static_cast<std::ptrdiff_t>(index - 1));
    if (more_->empty()) more_.reset();
}

void PostingCursor::enter(std::size_t index) {
    index_ = index;
    if (index >= list_->chunk_count()) {
        at_end_ = true;
        return;
    }
    const Postings::Chunk& chunk = list_->chunk(index);
    slot_ = chunk.first;
    byte_ = chunk.used > 0 ? arena_->at(chunk.bytes) : nullptr;
    end_ = byte_ + chunk.used;
}

void PostingCursor::seek(Slot slot) {
    if (at_end_ || slot_ >= slot) return;
    // Gallops over the chunks that end before it.
    std::size_t low = index_;
    std::size_t step = 1;
    while (low + step < list_->chunk_count() && list_->chunk(low + step).first <= slot) {
        low += step;
        step *= 2;
    }
    for (; step > 0; step /= 2) {
        if (low + step < list_->chunk_count() && list_->chunk(low + step).first <= slot)
            low += step;
    }
    if (low != index_) enter(low);
    while (!at_end_ && slot_ < slot) next();
}

}  // namespace iwant::search
