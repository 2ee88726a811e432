#pragma once

// Which dictionary words an entry has, and where. The words of folders are remembered for a while,
// since the files of one folder mostly come together.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/tokens.h"

namespace iwant::search {

struct EntryWord {
    WordId word = 0;
    Place place = Place::around;

    auto operator<=>(const EntryWord&) const = default;
};

/// Not thread-safe. Borrows both.
class EntryWords {
  public:
    EntryWords(Dictionary& dictionary, const Entries& entries)
        : dictionary_(dictionary), entries_(entries) {}

    /// The words of the entry's path as it is now, each once with its best place, at most
    /// kTokensPerEntryMax; new ones are added to the dictionary (see Dictionary::sweep). Valid
    /// until the next call.
    const std::vector<EntryWord>& of(Slot slot);
    /// How many words the name of the last one had, without parts; at most 255.
    std::uint8_t name_words() const { return name_words_; }

    std::size_t memory_bytes() const;

  private:
    static constexpr std::size_t kRemembered = std::size_t{1} << 14;

    struct Remembered {
        FolderId folder = kNoFolder;
        std::uint64_t age = 0;  ///< what it was learnt of is still there while this is current
        std::vector<WordId> words;
    };
    struct Pending {
        std::uint64_t hash = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
        Place place = Place::around;
        WordId word = 0;
    };

    void read_name(Slot slot);
    void expect(std::string_view text, Place place);
    void look_up_expected();
    const std::vector<WordId>& of_folder(FolderId folder);
    void learn(FolderId folder);
    std::uint64_t age() const {
        return dictionary_.departures() + entries_.folders().departures() + 1;
    }
    /// Folders are numbered from 0, so there are about as many cells as folders, up to the most.
    /// Valid until the next call.
    Remembered& cell_of(FolderId folder) {
        const std::size_t place = folder % kRemembered;
        if (place >= remembered_.size()) remembered_.resize(std::bit_ceil(place + 1));
        return remembered_[place];
    }
    void add(WordId word, Place place);

    Dictionary& dictionary_;
    const Entries& entries_;
    WordCutter cutter_;
    std::vector<Remembered> remembered_;
    std::string name_;
    std::string texts_;
    std::vector<Pending> pending_;  ///< words whose numbers are not known yet
    std::vector<EntryWord> words_;
    std::vector<FolderId> above_;
    std::vector<WordId> learnt_;
    std::uint8_t name_words_ = 0;
};

}  // namespace iwant::search
