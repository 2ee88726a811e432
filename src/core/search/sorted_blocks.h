#pragma once

// A sorted set of 32-bit numbers that stays quick to change when it is long: short blocks instead
// of one array, so that one insertion or removal moves at most a block. Long posting lists, an
// owner's entries, contents in order of hash and words in order of spelling are all kept in it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace iwant::search {

/// Not thread-safe. `before(a, b)` is a strict order; it is passed to each call, because it usually
/// looks the numbers up somewhere, and must be the same one every time.
class SortedBlocks {
  public:
    static constexpr std::size_t kBlockMax = 512;

    /// A place in the set; changes of the set invalidate it.
    struct Cursor {
        std::size_t block = 0;
        std::size_t at = 0;
    };

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// False when it is there already.
    template <class Before>
    bool insert(std::uint32_t number, Before before) {
        // Numbers mostly come upwards.
        const Block& last = *block_at(block_count() - 1);
        const bool is_largest = !last.empty() && before(last.back(), number);
        const Cursor place =
            is_largest ? Cursor{block_count() - 1, last.size()}
                       : lower_bound([&](std::uint32_t other) { return before(other, number); });
        std::vector<std::uint32_t>& block = *block_at(place.block);
        if (place.at < block.size() && !before(number, block[place.at])) return false;
        make_room(block);
        block.insert(block.begin() + static_cast<std::ptrdiff_t>(place.at), number);
        ++size_;
        if (block.size() > kBlockMax) split(place.block);
        return true;
    }

    /// False when it is not there.
    template <class Before>
    bool erase(std::uint32_t number, Before before) {
        const Cursor place =
            lower_bound([&](std::uint32_t other) { return before(other, number); });
        std::vector<std::uint32_t>& block = *block_at(place.block);
        if (place.at >= block.size() || before(number, block[place.at])) return false;
        block.erase(block.begin() + static_cast<std::ptrdiff_t>(place.at));
        --size_;
        if (block.empty()) drop(place.block);
        return true;
    }

    /// The first number for which `is_below` is false; it must be true for a run at the front.
    template <class IsBelow>
    Cursor lower_bound(IsBelow is_below) const {
        std::size_t low = 0;
        std::size_t high = block_count() - 1;
        // What is looked for mostly comes after all others.
        const Block& last = *block_at(high);
        if (!last.empty() && is_below(last.back())) return {high, last.size()};
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (is_below(block_at(middle)->back())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        const std::vector<std::uint32_t>& block = *block_at(low);
        const auto found = std::partition_point(block.begin(), block.end(), is_below);
        return {low, static_cast<std::size_t>(found - block.begin())};
    }

    /// Calls `visit(number)` from the cursor on, while it returns true; leaves the cursor where it
    /// stopped.
    template <class Visit>
    void walk(Cursor& cursor, Visit visit) const {
        for (; cursor.block < block_count(); ++cursor.block, cursor.at = 0) {
            const std::vector<std::uint32_t>& block = *block_at(cursor.block);
            for (; cursor.at < block.size(); ++cursor.at) {
                if (!visit(block[cursor.at])) return;
            }
        }
    }

    /// Calls `visit(number)` from the first number that is not below `start`, for sets in the order
    /// of numbers.
    template <class Visit>
    void walk_from(std::uint32_t start, Visit visit) const {
        Cursor cursor = lower_bound([&](std::uint32_t number) { return number < start; });
        walk(cursor, visit);
    }

    template <class Visit>
    void walk_all(Visit visit) const {
        Cursor cursor;
        walk(cursor, [&](std::uint32_t number) {
            visit(number);
            return true;
        });
    }

    std::size_t memory_bytes() const {
        std::size_t count = first_.capacity();
        if (!more_) return count * sizeof(std::uint32_t);
        for (const Block& block : *more_) count += block.capacity();
        return count * sizeof(std::uint32_t) + more_->capacity() * sizeof(Block);
    }

  private:
    using Block = std::vector<std::uint32_t>;

    std::size_t block_count() const { return 1 + (more_ ? more_->size() : 0); }
    const Block* block_at(std::size_t index) const {
        return index == 0 ? &first_ : &(*more_)[index - 1];
    }
    Block* block_at(std::size_t index) { return index == 0 ? &first_ : &(*more_)[index - 1]; }

    // Most sets are small and many: room grows by a quarter, not by double.
    static void make_room(Block& block) {
        if (block.size() < block.capacity()) return;
        block.reserve(block.size() < 6 ? block.size() + 2 : block.size() + block.size() / 4);
    }

    // An append at the end leaves a full block behind, so that growing upwards wastes nothing.
    void split(std::size_t index) {
        if (!more_) more_ = std::make_unique<std::vector<Block>>();
        const bool is_last = index + 1 == block_count();
        Block& block = *block_at(index);
        const std::size_t keep = is_last ? kBlockMax : kBlockMax / 2;
        Block rest(block.begin() + static_cast<std::ptrdiff_t>(keep), block.end());
        block.resize(keep);
        block.shrink_to_fit();
        more_->insert(more_->begin() + static_cast<std::ptrdiff_t>(index), std::move(rest));
    }

    void drop(std::size_t index) {
        if (index == 0 && !more_) {
            first_ = {};
            return;
        }
        if (index == 0) {
            first_ = std::move(more_->front());
            index = 1;
        }
        more_->erase(more_->begin() + static_cast<std::ptrdiff_t>(index - 1));
        if (more_->empty()) more_.reset();
    }

    Block first_;
    std::unique_ptr<std::vector<Block>> more_;
    std::size_t size_ = 0;
};

}  // namespace iwant::search
