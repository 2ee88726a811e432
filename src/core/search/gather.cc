#include "core/search/gather.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_set>

#include "core/search/scoring.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr Slot kBlockSlots = 1u << 15;

char lowered(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
}

/// The hits of one slot while a block is being walked. The word that is being read is not in `hits`
/// yet.
struct Cell {
    Hits hits;
    std::uint8_t quality = 0;
    std::uint8_t word = 0;
    bool is_exact = false;
    bool is_touched = false;
};

class Walk {
  public:
    Walk(const Plan& plan, const Dictionary& dictionary) : plan_(plan), cells_(kBlockSlots) {
        for (std::size_t i = 0; i < plan.words.size(); ++i) {
            for (const Reading& reading : plan.words[i].readings) {
                lists_.push_back({&dictionary.postings(reading.word), {}, i, reading});
            }
        }
    }

    /// Calls `visit(slot, hits)` for every slot of the block with a word of the plan, in order of
    /// slot.
    template <class Visit>
    void block(Slot first, Visit visit) {
        for (List& list : lists_) read(list, first);
        std::sort(touched_.begin(), touched_.end());
        for (const std::uint32_t index : touched_) {
            Cell& cell = cells_[index];
            settle(cell);
            visit(first + index, cell.hits);
            cell = {};
        }
        touched_.clear();
    }

  private:
    struct List {
        const SortedBlocks* postings;
        SortedBlocks::Cursor cursor;
        std::size_t word;
        Reading reading;
    };

    void read(List& list, Slot first) {
        list.postings->walk(list.cursor, [&](Posting posting) {
            const Slot index = slot_of(posting) - first;
            if (index >= kBlockSlots) return false;
            touch(index, list, static_cast<Field>(posting & 3));
            return true;
        });
    }

    void touch(Slot index, const List& list, Field field) {
        Cell& cell = cells_[index];
        if (!cell.is_touched) {
            touched_.push_back(index);
            cell.is_touched = true;
            cell.word = static_cast<std::uint8_t>(list.word);
        } else if (cell.word != list.word) {
            settle(cell);
            cell.word = static_cast<std::uint8_t>(list.word);
        }
        const unsigned quality = quality_in(field, list.reading.quality);
        cell.quality = std::max(cell.quality, static_cast<std::uint8_t>(quality));
        cell.is_exact |= list.reading.is_exact;
        cell.hits.starts |= list.word == 0 && list.reading.is_exact && field == Field::name_start;
    }

    void settle(Cell& cell) {
        if (cell.quality > 0) cell.hits.add(plan_, cell.word, cell.quality, cell.is_exact);
        cell.quality = 0;
        cell.is_exact = false;
    }

    const Plan& plan_;
    std::vector<List> lists_;
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> touched_;
};

}  // namespace

Filter::Filter(const Query& query, const Entries& entries)
    : type_(query.type),
      size_min_(query.size_min.value_or(0)),
      size_max_(query.size_max.value_or(std::numeric_limits<std::uint64_t>::max())),
      has_owner_(query.owner.has_value()) {
    if (query.owner) owner_ = entries.owner_slot(*query.owner);
    if (!query.extension.empty()) {
        suffix_ = query.extension.front() == '.' ? "" : ".";
        suffix_ += query.extension;
        std::transform(suffix_.begin(), suffix_.end(), suffix_.begin(), lowered);
    }
    is_set_ = type_ != FileType::any || query.size_min || query.size_max || has_owner_ ||
              !suffix_.empty();
}

bool Filter::passes(const Record& record) const {
    if (type_ != FileType::any && record.type != type_) return false;
    if (record.size_bytes < size_min_ || record.size_bytes > size_max_) return false;
    if (has_owner_ && record.owner != owner_) return false;
    if (suffix_.empty()) return true;
    const std::string_view name = name_of_path(record.path());
    if (record.kind != EntryKind::file || name.size() <= suffix_.size()) return false;
    return std::equal(suffix_.begin(), suffix_.end(), name.end() - std::ssize(suffix_),
                      [](char a, char b) { return a == lowered(b); });
}

Shortlist::Shortlist(const Entries& entries, std::size_t kept_max)
    : entries_(entries), kept_max_(kept_max), seen_contents_(entries.contents_end()) {}

void Shortlist::offer(Slot slot, double score) {
    const Record& record = entries_.at(slot);
    if (record.content == kNoSlot) {
        ++total_;
    } else if (!seen_contents_[record.content]) {
        seen_contents_[record.content] = true;
        ++total_;
    }
    if (score < score_min_) return;
    places_.push_back({score, entries_.copies_of(slot), record.modified, slot});
    if (places_.size() >= 8 * kept_max_ + 64) prune();
}

std::vector<Shortlist::Place> Shortlist::take() {
    prune();
    return std::move(places_);
}

void Shortlist::prune() {
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
        return std::tuple(b.score, b.copies, b.modified, a.slot) <
               std::tuple(a.score, a.copies, a.modified, b.slot);
    });
    std::unordered_set<ContentSlot> contents;
    std::erase_if(places_, [&](const Place& place) {
        const ContentSlot content = entries_.at(place.slot).content;
        return content != kNoSlot && !contents.insert(content).second;
    });
    if (places_.size() < kept_max_) return;
    places_.resize(kept_max_);
    if (!places_.empty()) score_min_ = places_.back().score;
}

void gather(const Plan& plan, const Dictionary& dictionary, const Entries& entries,
            const Filter& filter, Shortlist& shortlist) {
    Walk walk(plan, dictionary);
    for (Slot first = 0; first < entries.slots_end(); first += kBlockSlots) {
        walk.block(first, [&](Slot slot, const Hits& hits) {
            if (!plan.suffices(hits.matched)) return;
            const Record& record = entries.at(slot);
            if (filter.is_set() && !filter.passes(record)) return;
            shortlist.offer(slot, rough_score(plan, hits, record.name_words));
        });
    }
}

}  // namespace iwant::search
