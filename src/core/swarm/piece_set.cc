#include "core/swarm/piece_set.h"

#include "base/assert.h"

namespace iwant::swarm {

bool PieceSet::insert(std::uint64_t piece) {
    ASSERT(piece < size_);
    if (contains(piece)) return false;
    words_[piece / 64] |= std::uint64_t{1} << (piece % 64);
    ++count_;
    return true;
}

bool PieceSet::erase(std::uint64_t piece) {
    ASSERT(piece < size_);
    if (!contains(piece)) return false;
    words_[piece / 64] &= ~(std::uint64_t{1} << (piece % 64));
    --count_;
    return true;
}

std::vector<std::uint8_t> PieceSet::to_bytes() const {
    std::vector<std::uint8_t> bytes((size_ + 7) / 8);
    for (std::uint64_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(words_[i / 8] >> (i % 8 * 8));
    }
    return bytes;
}

PieceSet PieceSet::from_bytes(std::uint64_t size, std::span<const std::uint8_t> bytes) {
    PieceSet set(size);
    for (std::uint64_t piece = 0; piece < size && piece / 8 < bytes.size(); ++piece) {
        if ((bytes[piece / 8] >> (piece % 8) & 1) != 0) set.insert(piece);
    }
    return set;
}

}  // namespace iwant::swarm
