#pragma once

// Which dictionary words entries have, and where. Several entries are read together, so that what
// the processor has to fetch for one of them is fetched while others are looked at. The words of
// folders are remembered for a while, since the files of one folder mostly come together.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
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

    /// Reads the paths of these entries as they are now; new words are added to the dictionary (see
    /// Dictionary::sweep). What was read before is forgotten.
    void read(std::span<const Slot> slots);
    /// The words of the entry that was read at this place, each once with its best place, at most
    /// kTokensPerEntryMax.
    std::span<const EntryWord> of(std::size_t at) const {
        return std::span(words_).subspan(read_[at].words.begin, read_[at].words.size());
    }
    /// How many words its name has, without parts; at most 255.
    std::uint8_t name_words(std::size_t at) const { return read_[at].name_words; }

    std::size_t memory_bytes() const;

  private:
    static constexpr std::size_t kRemembered = std::size_t{1} << 14;

    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t size() const { return end - begin; }
    };
    struct Remembered {
        FolderId folder = kNoFolder;
        std::uint64_t age = 0;  ///< what it was learnt of is still there while this is current
        std::vector<WordId> words;
    };
    struct Pending {
        std::uint64_t hash = 0;
        Range text;  ///< of texts_
        Place place = Place::around;
        WordId word = 0;
    };
    struct Read {
        FolderId folder = kNoFolder;
        Range pending;
        Range words;
        std::uint8_t name_words = 0;
    };
    /// A folder whose words are not remembered.
    struct Learnt {
        FolderId folder = kNoFolder;
        Range pending;
        Range words;  ///< of folder_words_; those of the folders above it as well
    };

    void read_folders(FolderId folder);
    void read_name(Slot slot);
    void expect(std::string_view text, Place place);
    void look_up_expected();
    void learn(Learnt& folder);
    void put_together(Read& read);
    void remember(const Learnt& folder);
    std::span<const WordId> words_of(FolderId folder);
    bool is_known(FolderId folder);
    const Learnt* find_learnt(FolderId folder) const;
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

    Dictionary& dictionary_;
    const Entries& entries_;
    WordCutter cutter_;
    std::vector<Remembered> remembered_;
    std::vector<Read> read_;
    std::vector<EntryWord> words_;
    std::vector<Learnt> learnt_;  ///< parents first
    std::vector<WordId> folder_words_;
    std::vector<Pending> pending_;  ///< words whose numbers are looked up together
    std::string texts_;
    std::string name_;               ///< kept for its memory
    std::vector<FolderId> unknown_;  ///< likewise
};

}  // namespace iwant::search
