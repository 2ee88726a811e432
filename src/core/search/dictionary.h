#pragma once

// Every distinct word that occurs in a path, each once, with the entries that have it. Typos are
// forgiven here, against words instead of names: there are far fewer of them. A 64-bit signature of
// the letters in each word rules out nearly all that are too far from a typed one before any
// distance is computed, so a lookup reads a few megabytes in sequence even for millions of words.
// doc/search.md has the figures of what was tried instead.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/search/arena.h"
#include "core/search/edit_distance.h"
#include "core/search/keyed_hash.h"
#include "core/search/ordered_words.h"
#include "core/search/postings.h"
#include "core/search/slabs.h"
#include "core/search/tag_table.h"

namespace iwant::search {

/// Names a word while it is in the dictionary; used again after it left.
using WordId = std::uint32_t;

/// Where in an entry's path a word stands, best first. Each has a posting list of its own; an entry
/// is in one list of a word at most.
enum class Place : std::uint8_t {
    start,  ///< the name's first word
    name,
    around,  ///< the extension or a folder
};
inline constexpr std::size_t kPlaces = 3;

class Dictionary {
  public:
    /// A word near a typed one.
    struct Near {
        WordId word = 0;
        unsigned cost = 0;
    };

    explicit Dictionary(std::uint64_t hash_key) : hash_(hash_key) {}

    std::uint64_t hash(std::string_view text) const { return hash_(text); }
    // Looking up many words takes a few misses of the processor's cache each; taken in these steps
    // for all of them, they overlap.
    void prefetch(std::uint64_t hash) const { by_text_.prefetch(hash); }
    void prefetch_word(std::uint64_t hash) const;
    std::optional<WordId> find(std::string_view text) const { return find(hash(text)); }
    /// By the hash alone: it is keyed and has 64 bits, so equal ones are taken for equal words.
    std::optional<WordId> find(std::uint64_t hash) const;
    /// A word that is new here stays only if a posting is added before the next call of sweep.
    /// `text` is at most 255 bytes.
    WordId find_or_add(std::string_view text, std::uint64_t hash);
    void sweep();

    /// There must not be a posting of this word and slot yet, whatever the place.
    void add(WordId word, Place place, Slot slot);
    /// It must be there. A word with none left is forgotten.
    void remove(WordId word, Place place, Slot slot);
    void prefetch_postings(WordId word, Place place) const;
    /// What adding or removing this posting will touch.
    void prefetch_posting(WordId word, Place place, Slot slot) const;

    /// Words that differ from `typed` by a typo, cheapest first, then most used, then by spelling;
    /// not the word itself; at most `limit`.
    std::vector<Near> near(std::string_view typed, std::size_t limit) const;
    /// Longer words whose beginning differs from `typed` by a typo, likewise.
    std::vector<Near> near_prefix(std::string_view typed, std::size_t limit) const;
    /// Longer words that start with `prefix`, most used first, then by spelling; at most `limit`.
    /// Looks at a bounded number of words.
    std::vector<WordId> with_prefix(std::string_view prefix, std::size_t limit) const;
    /// Longer words that have `part` inside or at the end, likewise.
    std::vector<WordId> with_part(std::string_view part, std::size_t limit) const;

    std::string_view text(WordId word) const;
    /// How many entries have the word.
    std::uint32_t uses(WordId word) const { return words_[word].uses; }
    /// Null when there are none.
    const Postings* postings(WordId word, Place place) const;
    /// Of the posting lists.
    const Arena& arena() const { return arena_; }
    std::size_t arena_bytes() const { return arena_.memory_bytes() + texts_.memory_bytes(); }
    std::size_t size() const { return by_text_.size(); }
    /// Rises when a WordId becomes free to mean another word.
    std::uint64_t departures() const { return departures_; }
    std::size_t words_bytes() const;
    std::size_t postings_bytes() const;

  private:
    static constexpr std::uint32_t kNoList = 0xFFFFFFFF;

    /// Half a line of the processor's cache.
    struct alignas(32) Word {
        std::uint64_t hash = 0;          ///< of its text
        Arena::Ref text = Arena::kNone;  ///< a byte of length and the bytes
        std::uint32_t uses = 0;
        std::array<std::uint32_t, kPlaces> lists{kNoList, kNoList, kNoList};
        std::uint32_t shelf_place = 0;
    };
    static_assert(sizeof(Word) == 32);
    /// Words of one length that may be mistyped, in no order; on the first shelf all others.
    struct Shelf {
        std::vector<std::uint64_t> signatures;
        std::vector<WordId> words;
        /// As many bytes for each word as it has letters: those of ASCII words, so that comparing
        /// many reads memory in sequence; a word of other letters has a zero first.
        std::vector<char> letters;
    };

    std::uint64_t hash_of(WordId word) const { return words_[word].hash; }
    WordId add_word(std::string_view text, std::uint64_t hash);
    void remove_word(WordId word);
    /// The shelf of words of these letters.
    static std::size_t shelf_of(std::u32string_view letters);
    void put_on_shelf(WordId word);
    void take_from_shelf(WordId word);
    /// The text of a word on a shelf, wherever it is nearer.
    std::string_view text_on_shelf(std::size_t length, std::size_t place) const;
    std::vector<WordId> most_used(std::vector<WordId> words, std::size_t limit) const;
    std::vector<Near> nearest(std::vector<Near> found, std::size_t limit) const;

    KeyedHash hash_;
    Arena texts_;
    Arena arena_;  ///< of posting chunks
    Pool<Word> words_;
    Pool<Postings> lists_;
    TagTable by_text_;
    OrderedWords in_order_;
    std::vector<Shelf> shelves_ = std::vector<Shelf>(kTypoLetters + 1);
    std::vector<WordId> added_;  ///< since the last sweep
    std::uint64_t departures_ = 0;
};

}  // namespace iwant::search
