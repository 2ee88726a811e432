#pragma once

// A list for millions of small things: it grows a slab at a time, so that growing neither moves
// what is there nor needs twice the memory for a moment.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace iwant::search {

/// Not thread-safe. References stay valid until the list goes.
template <class T>
class Slabs {
  public:
    T& operator[](std::size_t at) { return slabs_[at >> kShift][at & kMask]; }
    const T& operator[](std::size_t at) const { return slabs_[at >> kShift][at & kMask]; }
    std::size_t size() const { return size_; }

    /// Appends a T{}; its place.
    std::size_t grow() {
        if (size_ == slabs_.size() << kShift) slabs_.push_back(std::make_unique<T[]>(kMask + 1));
        return size_++;
    }

    std::size_t memory_bytes() const { return slabs_.size() * (sizeof(T) << kShift); }

  private:
    static constexpr std::size_t kShift = 10;
    static constexpr std::size_t kMask = (std::size_t{1} << kShift) - 1;

    std::vector<std::unique_ptr<T[]>> slabs_;
    std::size_t size_ = 0;
};

/// Places in Slabs that are used again: the last one freed first.
template <class T>
class Pool {
  public:
    T& operator[](std::size_t at) { return items_[at]; }
    const T& operator[](std::size_t at) const { return items_[at]; }
    /// All places in use are below this.
    std::size_t end() const { return items_.size(); }

    /// A place that holds T{}.
    std::uint32_t take() {
        if (free_.empty()) return static_cast<std::uint32_t>(items_.grow());
        const std::uint32_t at = free_.back();
        free_.pop_back();
        return at;
    }
    void give_back(std::uint32_t at) {
        items_[at] = T{};
        free_.push_back(at);
    }

    std::size_t memory_bytes() const {
        return items_.memory_bytes() + free_.capacity() * sizeof(std::uint32_t);
    }

  private:
    Slabs<T> items_;
    std::vector<std::uint32_t> free_;
};

}  // namespace iwant::search
