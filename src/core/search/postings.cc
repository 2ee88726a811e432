#include "core/search/postings.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

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

// A slot's difference among those of its chunk, or where it would be: bytes [begin, end).
struct Spot {
    std::size_t begin = 0;
    std::size_t end = 0;  ///< begin: behind all others
    Slot before = 0;
    Slot here = 0;  ///< the first that is not below the slot
};

Slot read_difference(const std::uint8_t* bytes, std::size_t& at) {
    Slot value = 0;
    unsigned shift = 0;
    for (; bytes[at] >= 0x80; shift += 7) value |= static_cast<Slot>(bytes[at++] & 0x7F) << shift;
    return value | static_cast<Slot>(bytes[at++]) << shift;
}

// For a slot above the chunk's first.
Spot spot_of(const Postings::Chunk& chunk, Slot slot, const Arena& arena) {
    const std::uint8_t* const bytes = chunk.used > 0 ? arena.at(chunk.bytes) : nullptr;
    Spot spot{0, 0, chunk.first, chunk.first};
    while (spot.here < slot) {
        spot.before = spot.here;
        spot.begin = spot.end;
        if (spot.end == chunk.used) break;
        spot.here += read_difference(bytes, spot.end);
    }
    return spot;
}

Slot largest_in(const Postings::Chunk& chunk, const Arena& arena) {
    return spot_of(chunk, kNoSlot, arena).here;
}

// Puts other bytes in the place of [begin, end) of a chunk.
void replace(Postings::Chunk& chunk, std::size_t begin, std::size_t end,
             std::span<const std::uint8_t> with, Arena& arena) {
    const std::size_t used = chunk.used - (end - begin) + with.size();
    make_room(chunk, used, arena);
    if (used > 0) {
        std::uint8_t* const bytes = arena.at(chunk.bytes);
        std::memmove(bytes + begin + with.size(), bytes + end, chunk.used - end);
        std::copy(with.begin(), with.end(), bytes + begin);
    }
    chunk.used = static_cast<std::uint16_t>(used);
}

// A chunk that lost most of its bytes gets a smaller place.
void tighten(Postings::Chunk& chunk, Arena& arena) {
    if (chunk.room <= 32 || chunk.used >= chunk.room / 2) return;
    Postings::Chunk smaller{chunk.first};
    make_room(smaller, chunk.used, arena);
    if (chunk.used > 0) {
        std::memcpy(arena.at(smaller.bytes), arena.at(chunk.bytes), chunk.used);
    }
    smaller.used = chunk.used;
    free_bytes(chunk, arena);
    chunk = smaller;
}

// False when it is not there; it must not be the only one.
bool erase_from(Postings::Chunk& chunk, Slot slot, Arena& arena) {
    if (slot < chunk.first) return false;
    std::array<std::uint8_t, kDifferenceBytesMax> bytes{};
    std::size_t length = 0;
    Spot spot;
    if (slot == chunk.first) {
        chunk.first += read_difference(arena.at(chunk.bytes), spot.end);
    } else {
        spot = spot_of(chunk, slot, arena);
        if (spot.here != slot) return false;
        if (spot.end != chunk.used) {
            // The next one now follows the one before.
            const Slot next = slot + read_difference(arena.at(chunk.bytes), spot.end);
            length = write_difference(next - spot.before, bytes.data());
        }
    }
    replace(chunk, spot.begin, spot.end, {bytes.data(), length}, arena);
    tighten(chunk, arena);
    return true;
}

}  // namespace

bool Postings::insert(Slot slot, Arena& arena) {
    if (count_ == 0 || slot > last_) {
        append(slot, arena);
        return true;
    }
    const std::size_t index = chunk_of(slot);
    Chunk& chunk = chunk_to_change(index);
    if (slot == chunk.first) return false;
    std::array<std::uint8_t, 2 * kDifferenceBytesMax> bytes{};
    std::size_t length = 0;
    Spot spot;
    if (slot < chunk.first) {
        length = write_difference(chunk.first - slot, bytes.data());
    } else {
        spot = spot_of(chunk, slot, arena);
        if (spot.here == slot) return false;
        length = write_difference(slot - spot.before, bytes.data());
        if (spot.begin != spot.end)
            length += write_difference(spot.here - slot, bytes.data() + length);
    }
    if (chunk.used - (spot.end - spot.begin) + length > kChunkBytesMax) {
        split(index, arena);
        return insert(slot, arena);
    }
    chunk.first = std::min(chunk.first, slot);
    replace(chunk, spot.begin, spot.end, {bytes.data(), length}, arena);
    ++count_;
    return true;
}

bool Postings::erase(Slot slot, Arena& arena) {
    if (count_ == 0 || slot > last_) return false;
    const std::size_t index = chunk_of(slot);
    Chunk& chunk = chunk_to_change(index);
    if (slot == chunk.first && chunk.used == 0) {
        drop(index, arena);
    } else if (!erase_from(chunk, slot, arena)) {
        return false;
    }
    if (--count_ > 0 && slot == last_) last_ = largest_in(last_chunk_, arena);
    return true;
}

// A change in the middle reads the chunk from its start.
void Postings::prefetch_middle(Slot slot, const Arena& arena) const {
    constexpr std::size_t kCacheLineBytes = 64;
    const Chunk& chunk = this->chunk(chunk_of(slot));
    if (chunk.room == 0) return;
    const std::uint8_t* const bytes = arena.at(chunk.bytes);
    for (std::size_t at = 0; at < chunk.used; at += kCacheLineBytes) {
        __builtin_prefetch(bytes + at, 1);
    }
}

void Postings::append(Slot slot, Arena& arena) {
    if (count_ == 0) {
        last_chunk_.first = slot;
    } else {
        std::array<std::uint8_t, kDifferenceBytesMax> bytes{};
        const std::size_t length = write_difference(slot - last_, bytes.data());
        if (last_chunk_.used + length <= kChunkBytesMax) {
            replace(last_chunk_, last_chunk_.used, last_chunk_.used, {bytes.data(), length}, arena);
        } else {
            std::vector<Chunk>& chunks = earlier();
            if (chunks.size() == chunks.capacity()) chunks.reserve(chunks.size() * 5 / 4 + 2);
            chunks.push_back(last_chunk_);
            last_chunk_ = {slot, Arena::kNone, 0, 0};
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

// The upper half of a full chunk gets one of its own.
void Postings::split(std::size_t index, Arena& arena) {
    Chunk lower = chunk(index);
    const std::uint8_t* const bytes = arena.at(lower.bytes);
    Spot middle{0, 0, lower.first, lower.first};
    while (middle.end < lower.used / 2u) {
        middle.begin = middle.end;
        middle.here += read_difference(bytes, middle.end);
    }
    Chunk upper{middle.here};
    replace(upper, 0, 0, {bytes + middle.end, lower.used - middle.end}, arena);
    lower.used = static_cast<std::uint16_t>(middle.begin);
    tighten(lower, arena);
    std::vector<Chunk>& chunks = earlier();
    chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(index), lower);
    chunk_to_change(index + 1) = upper;
}

void Postings::drop(std::size_t index, Arena& arena) {
    free_bytes(chunk_to_change(index), arena);
    if (!earlier_) return;
    if (index == earlier_->size()) {
        last_chunk_ = earlier_->back();
        earlier_->pop_back();
    } else {
        earlier_->erase(earlier_->begin() + static_cast<std::ptrdiff_t>(index));
    }
    if (earlier_->empty()) earlier_.reset();
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
