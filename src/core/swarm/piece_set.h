#pragma once

// A set of piece numbers: the bitmap of a download.

#include <cstdint>
#include <span>
#include <vector>

namespace iwant::swarm {

class PieceSet {
  public:
    PieceSet() = default;
    explicit PieceSet(std::uint64_t size) : size_(size), words_((size + 63) / 64) {}

    std::uint64_t size() const { return size_; }
    std::uint64_t count() const { return count_; }
    bool complete() const { return count_ == size_; }
    bool contains(std::uint64_t piece) const {
        return (words_[piece / 64] >> (piece % 64) & 1) != 0;
    }

    /// Both say whether anything changed; `piece` must be below size().
    bool insert(std::uint64_t piece);
    bool erase(std::uint64_t piece);

    /// Little-endian bitmap, (size + 7) / 8 bytes.
    std::vector<std::uint8_t> to_bytes() const;
    /// Bits beyond `size` are ignored, missing bytes are empty.
    static PieceSet from_bytes(std::uint64_t size, std::span<const std::uint8_t> bytes);

    bool operator==(const PieceSet&) const = default;

  private:
    std::uint64_t size_ = 0;
    std::uint64_t count_ = 0;
    std::vector<std::uint64_t> words_;
};

}  // namespace iwant::swarm
