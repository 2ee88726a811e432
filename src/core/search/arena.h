#pragma once

// Memory for many short runs of bytes (names, posting chunks) that costs no more than the bytes:
// runs are named by 32-bit numbers, sizes are even, and a freed run is used again for one of the
// same size.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace iwant::search {

/// Not thread-safe. Runs never move.
class Arena {
  public:
    using Ref = std::uint32_t;
    static constexpr Ref kNone = 0xFFFFFFFF;
    static constexpr std::size_t kRunBytesMax = std::size_t{1} << 14;

    /// A run of at least so many bytes, at most kRunBytesMax; the bytes are anything.
    Ref take(std::size_t bytes);
    /// `bytes` as it was taken.
    void give_back(Ref ref, std::size_t bytes);
    /// How many bytes a run taken for `bytes` really has.
    static std::size_t room(std::size_t bytes);

    std::uint8_t* at(Ref ref) { return slabs_[ref / kSlabUnits].get() + offset(ref); }
    const std::uint8_t* at(Ref ref) const { return slabs_[ref / kSlabUnits].get() + offset(ref); }

    std::size_t memory_bytes() const { return slabs_.size() * kSlabUnits * kUnit; }

  private:
    static constexpr std::size_t kUnit = 2;
    static constexpr std::size_t kSlabUnits = std::size_t{1} << 15;
    static constexpr std::size_t kUnitsMin = 2;      ///< a freed run names the next
    static constexpr std::size_t kExactUnits = 256;  ///< longer runs are rounded up to a multiple
    static constexpr std::size_t kSizes = kExactUnits + kRunBytesMax / kUnit / kExactUnits + 1;

    static std::size_t offset(Ref ref) { return ref % kSlabUnits * kUnit; }
    static std::size_t units_for(std::size_t bytes);
    static std::size_t list_of(std::size_t units);
    void put_on_list(Ref ref, std::size_t units);

    std::vector<std::unique_ptr<std::uint8_t[]>> slabs_;
    std::size_t next_ = 0;               ///< the first unit never taken
    std::array<Ref, kSizes> free_ = {};  ///< by size, each run names the next; one more than it is
};

}  // namespace iwant::search
