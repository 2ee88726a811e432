#pragma once

// Finds words by their text in a few bytes each: an open-addressing table of word numbers, whose
// texts live elsewhere. (Linear probing with backward-shift deletion: Knuth, TAOCP 3, 6.4,
// algorithm R.)

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace iwant::search {

/// Not thread-safe. `text_of(number)` gives a word's text and must not change while it is in the
/// table.
class WordTable {
  public:
    static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;

    std::size_t size() const { return size_; }

    template <class TextOf>
    std::optional<std::uint32_t> find(std::string_view text, TextOf text_of) const {
        for (std::size_t at = home(text); cells_[at] != kEmpty; at = after(at)) {
            if (text_of(cells_[at]) == text) return cells_[at];
        }
        return std::nullopt;
    }

    /// The text must not be there yet.
    template <class TextOf>
    void insert(std::uint32_t number, TextOf text_of) {
        if (4 * (size_ + 1) > 3 * cells_.size()) grow(text_of);
        place(number, text_of);
        ++size_;
    }

    /// The text must be there.
    template <class TextOf>
    void erase(std::uint32_t number, TextOf text_of) {
        std::size_t hole = home(text_of(number));
        while (cells_[hole] != number) hole = after(hole);
        for (std::size_t at = after(hole); cells_[at] != kEmpty; at = after(at)) {
            const std::size_t wanted = home(text_of(cells_[at]));
            // Moves back only what would not be found any more with the hole before it.
            const bool reachable =
                hole <= at ? hole < wanted && wanted <= at : hole < wanted || wanted <= at;
            if (reachable) continue;
            cells_[hole] = cells_[at];
            hole = at;
        }
        cells_[hole] = kEmpty;
        --size_;
    }

  private:
    std::size_t home(std::string_view text) const {
        return std::hash<std::string_view>{}(text) & (cells_.size() - 1);
    }
    std::size_t after(std::size_t at) const { return (at + 1) & (cells_.size() - 1); }

    template <class TextOf>
    void place(std::uint32_t number, TextOf text_of) {
        std::size_t at = home(text_of(number));
        while (cells_[at] != kEmpty) at = after(at);
        cells_[at] = number;
    }

    template <class TextOf>
    void grow(TextOf text_of) {
        const std::vector<std::uint32_t> old =
            std::exchange(cells_, std::vector<std::uint32_t>(2 * cells_.size(), kEmpty));
        for (const std::uint32_t number : old) {
            if (number != kEmpty) place(number, text_of);
        }
    }

    std::vector<std::uint32_t> cells_ = std::vector<std::uint32_t>(16, kEmpty);
    std::size_t size_ = 0;
};

}  // namespace iwant::search
