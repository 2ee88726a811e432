#pragma once

// Word numbers in order of spelling. The first eight bytes of each word stand beside its number, so
// that finding a place reads words only where they begin alike.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace iwant::search {

/// Not thread-safe. `text_of(number)` gives a word's text and must not change while it is in here.
class OrderedWords {
  public:
    /// The text must not be there yet.
    template <class TextOf>
    void insert(std::uint32_t number, TextOf text_of) {
        const std::string_view text = text_of(number);
        const std::uint64_t key = key_of(text);
        Place place = lower_bound(text, text_of);
        if (place.block == blocks_.size()) {
            if (blocks_.empty()) blocks_.emplace_back();
            place = {blocks_.size() - 1, blocks_.back().keys.size()};
        }
        Block& block = blocks_[place.block];
        const auto at = static_cast<std::ptrdiff_t>(place.at);
        block.keys.insert(block.keys.begin() + at, key);
        block.numbers.insert(block.numbers.begin() + at, number);
        if (block.keys.size() > kBlockMax) split(place.block);
    }

    /// The text must be there.
    template <class TextOf>
    void erase(std::uint32_t number, TextOf text_of) {
        const Place place = lower_bound(text_of(number), text_of);
        Block& block = blocks_[place.block];
        const auto at = static_cast<std::ptrdiff_t>(place.at);
        block.keys.erase(block.keys.begin() + at);
        block.numbers.erase(block.numbers.begin() + at);
        if (block.keys.empty()) {
            blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(place.block));
        }
    }

    /// Calls `visit(number)` for the words from `start` on, while it returns true.
    template <class TextOf, class Visit>
    void walk_from(std::string_view start, TextOf text_of, Visit visit) const {
        Place place = lower_bound(start, text_of);
        for (; place.block < blocks_.size(); ++place.block, place.at = 0) {
            const std::vector<std::uint32_t>& numbers = blocks_[place.block].numbers;
            for (; place.at < numbers.size(); ++place.at) {
                if (!visit(numbers[place.at])) return;
            }
        }
    }

    std::size_t memory_bytes() const {
        std::size_t bytes = blocks_.capacity() * sizeof(Block);
        for (const Block& block : blocks_) {
            bytes += block.keys.capacity() * sizeof(std::uint64_t) +
                     block.numbers.capacity() * sizeof(std::uint32_t);
        }
        return bytes;
    }

  private:
    static constexpr std::size_t kBlockMax = 256;

    struct Block {
        std::vector<std::uint64_t> keys;
        std::vector<std::uint32_t> numbers;
    };
    struct Place {
        std::size_t block = 0;
        std::size_t at = 0;
    };

    // Compares as the text does, as far as it goes.
    static std::uint64_t key_of(std::string_view text) {
        std::uint64_t key = 0;
        std::memcpy(&key, text.data(), std::min(text.size(), sizeof key));
        return std::endian::native == std::endian::little ? __builtin_bswap64(key) : key;
    }

    /// The first word that is not before `text`.
    template <class TextOf>
    Place lower_bound(std::string_view text, TextOf text_of) const {
        const std::uint64_t key = key_of(text);
        const auto is_before = [&](const Block& block, std::size_t at) {
            if (block.keys[at] != key) return block.keys[at] < key;
            return text_of(block.numbers[at]) < text;
        };
        const auto block = std::partition_point(
            blocks_.begin(), blocks_.end(),
            [&](const Block& one) { return is_before(one, one.keys.size() - 1); });
        if (block == blocks_.end()) return {blocks_.size(), 0};
        std::size_t low = 0;
        std::size_t high = block->keys.size() - 1;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (is_before(*block, middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return {static_cast<std::size_t>(block - blocks_.begin()), low};
    }

    void split(std::size_t index) {
        Block& block = blocks_[index];
        const auto half = static_cast<std::ptrdiff_t>(block.keys.size() / 2);
        Block rest{{block.keys.begin() + half, block.keys.end()},
                   {block.numbers.begin() + half, block.numbers.end()}};
        block.keys.resize(static_cast<std::size_t>(half));
        block.numbers.resize(static_cast<std::size_t>(half));
        blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(rest));
    }

    std::vector<Block> blocks_;
};

}  // namespace iwant::search
