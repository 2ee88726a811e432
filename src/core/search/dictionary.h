#pragma once

// Every distinct word that occurs in a name, each once, with the entries that have it. Typos are
// forgiven here, against words instead of names: there are far fewer of them. A 64-bit signature of
// the letters in each word rules out nearly all that are too far from a typed one before any
// distance is computed, so a lookup reads a few megabytes in sequence even for millions of words.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/edit_distance.h"
#include "core/search/sorted_blocks.h"
#include "core/search/word_table.h"

namespace iwant::search {

/// Names a word while it is in the dictionary; used again after it left.
using WordId = std::uint32_t;
/// A slot and a field in one number, see posting_of.
using Posting = std::uint32_t;

class Dictionary {
  public:
    /// A word near a typed one.
    struct Near {
        WordId word = 0;
        unsigned cost = 0;
    };

    /// Notes that `posting` has the word `text`; adds the word when it is new.
    void add(std::string_view text, Posting posting);
    /// Takes the note back; a word with none left is forgotten.
    void remove(std::string_view text, Posting posting);

    std::optional<WordId> find(std::string_view text) const;
    /// Words that differ from `typed` by a typo, cheapest first, then most used, then by spelling;
    /// not the word itself; at most `limit`.
    std::vector<Near> near(std::string_view typed, std::size_t limit) const;
    /// Longer words that start with `prefix`, most used first, then by spelling; at most `limit`.
    /// Looks at a bounded number of words.
    std::vector<WordId> with_prefix(std::string_view prefix, std::size_t limit) const;

    const std::string& text(WordId word) const { return words_[word].text; }
    const SortedBlocks& postings(WordId word) const { return words_[word].postings; }
    std::size_t size() const { return by_text_.size(); }

  private:
    struct Word {
        std::string text;
        SortedBlocks postings;
        std::uint32_t place = 0;   ///< in its shelf
        std::uint8_t letters = 0;  ///< which shelf; 0: none, no typos are forgiven
    };
    /// Words of one length that may be mistyped, in no order.
    struct Shelf {
        std::vector<std::uint64_t> signatures;
        std::vector<WordId> words;
    };

    WordId add_word(std::string_view text);
    void remove_word(WordId word);
    void put_on_shelf(WordId word);
    void take_from_shelf(WordId word);

    std::deque<Word> words_;
    std::vector<WordId> unused_;
    WordTable by_text_;
    SortedBlocks in_order_;
    std::vector<Shelf> shelves_ = std::vector<Shelf>(kTypoLetters + 1);
};

}  // namespace iwant::search
