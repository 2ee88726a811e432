#include "core/search/gather.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

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

/// The words of a plan, rarest first.
std::vector<std::size_t> words_by_rarity(const Plan& plan, const Dictionary& dictionary) {
    std::vector<std::size_t> uses;
    std::vector<std::size_t> order;
    for (const PlanWord& word : plan.words) {
        order.push_back(uses.size());
        uses.push_back(0);
        for (const Reading& reading : word.readings) {
            uses.back() += dictionary.postings(reading.word).size();
        }
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(uses[a], a) < std::pair(uses[b], b);
    });
    return order;
}

class Walk {
  public:
    // An entry that has none of the rarest words cannot have enough of the others, so only those
    // need to be read in full; the rest are looked up for the entries that these bring in.
    Walk(const Plan& plan, const Dictionary& dictionary, Slot slots_end)
        : plan_(plan), slots_end_(slots_end), cells_(kBlockSlots) {
        std::uint16_t left = plan.all_words();
        for (const std::size_t i : words_by_rarity(plan, dictionary)) {
            const bool brings_in = plan.suffices(left);
            left = static_cast<std::uint16_t>(left & ~(1u << i));
            for (const Reading& reading : plan.words[i].readings) {
                lists_.push_back(
                    {&dictionary.postings(reading.word), {}, i, reading, brings_in, false});
            }
        }
    }

    /// Calls `visit(slot, hits)` for every slot of the block that may have enough words of the
    /// plan.
    template <class Visit>
    void block(Slot first, Visit visit) {
        for (List& list : lists_) {
            if (list.brings_in || !look_up_if_quicker(list, first)) read(list, first);
        }
        for (const Slot index : touched_) {
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
        bool brings_in;  ///< entries that no other list had
        bool is_behind;  ///< the cursor, because the last block was looked up
    };

    bool look_up_if_quicker(List& list, Slot first) {
        constexpr std::size_t kLookUpCost = 16;  // in postings read
        const std::size_t blocks = slots_end_ / kBlockSlots + 1;
        if (touched_.size() * kLookUpCost > list.postings->size() / blocks) return false;
        list.is_behind = true;
        for (const Slot index : touched_) {
            list.postings->walk_from(posting_of(first + index, 0), [&](Posting posting) {
                if (slot_of(posting) == first + index) touch(index, list, posting);
                return false;
            });
        }
        return true;
    }

    void read(List& list, Slot first) {
        if (list.is_behind) {
            const Posting start = posting_of(first, 0);
            list.cursor = list.postings->lower_bound([&](Posting one) { return one < start; });
            list.is_behind = false;
        }
        list.postings->walk(list.cursor, [&](Posting posting) {
            const Slot index = slot_of(posting) - first;
            if (index >= kBlockSlots) return false;
            if (list.brings_in || cells_[index].is_touched) touch(index, list, posting);
            return true;
        });
    }

    void touch(Slot index, const List& list, Posting posting) {
        const auto field = static_cast<Field>(posting & 3);
        Cell& cell = cells_[index];
        if (!cell.is_touched) {
            touched_.push_back(index);
            cell.is_touched = true;
        } else if (cell.word != list.word) {
            settle(cell);
        }
        cell.word = static_cast<std::uint8_t>(list.word);
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
    Slot slots_end_;
    std::vector<List> lists_;
    std::vector<Cell> cells_;
    std::vector<Slot> touched_;
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
    const Place place{score, entries_.copies_of(slot), record.modified, slot};
    if (worst_ && !better(place, *worst_)) return;
    places_.push_back(place);
    if (places_.size() >= 8 * kept_max_) prune();
}

std::vector<Shortlist::Place> Shortlist::take() {
    prune();
    sort(places_);
    return std::move(places_);
}

void Shortlist::sort(std::vector<Place>& places) const {
    std::sort(places.begin(), places.end(),
              [this](const Place& a, const Place& b) { return better(a, b); });
}

bool Shortlist::better(const Place& a, const Place& b) const {
    const auto x = std::tie(a.score, a.copies, a.modified);
    const auto y = std::tie(b.score, b.copies, b.modified);
    if (x != y) return x > y;
    return std::pair(entries_.at(a.slot).path(), a.slot) <
           std::pair(entries_.at(b.slot).path(), b.slot);
}

void Shortlist::prune() {
    std::unordered_map<ContentSlot, Place> best;
    for (const Place& place : places_) {
        if (place.copies == 1) continue;
        const auto [known, is_new] = best.emplace(entries_.at(place.slot).content, place);
        if (!is_new && better(place, known->second)) known->second = place;
    }
    std::erase_if(places_, [&](const Place& place) {
        return place.copies > 1 && best.at(entries_.at(place.slot).content).slot != place.slot;
    });
    if (places_.size() <= kept_max_) return;
    const auto worst = places_.begin() + static_cast<std::ptrdiff_t>(kept_max_) - 1;
    std::nth_element(places_.begin(), worst, places_.end(),
                     [this](const Place& a, const Place& b) { return better(a, b); });
    places_.resize(kept_max_);
    worst_ = places_.back();
}

void gather(const Plan& plan, const Dictionary& dictionary, const Entries& entries,
            const Filter& filter, Shortlist& shortlist) {
    Walk walk(plan, dictionary, entries.slots_end());
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
