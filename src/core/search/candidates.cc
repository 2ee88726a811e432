#include "core/search/candidates.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/search/slot_source.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kBroughtMax = std::size_t{1} << 20;  // entries that words bring in
constexpr std::size_t kLookUpsMax = std::size_t{2} << 20;  // of entries in words and readings
constexpr unsigned kStartCode = kQualityFull + 1;          // exact, and at the start of the name

std::uint8_t code_of(unsigned quality, bool is_exact) {
    return static_cast<std::uint8_t>(quality << 1 | (is_exact ? 1 : 0));
}

/// What may stand for a word, as typed first, then best first.
struct WordSources {
    std::vector<SlotSource> all;
    std::size_t typed = 0;  ///< so many of them have the word itself
    std::size_t size = 0;
};

class Search {
  public:
    Search(const Plan& plan, const Dictionary& dictionary, Slot slots_end)
        : plan_(plan), slots_end_(slots_end) {
        for (std::size_t i = 0; i < plan.words.size(); ++i) {
            sources_.push_back(sources_of(i, dictionary));
        }
        order_.resize(plan.words.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
            return sources_[a].size < sources_[b].size;
        });
        brought_left_ = std::min(kBroughtMax, kLookUpsMax / std::max<std::size_t>(1, words()));
    }

    Candidates all_words() {
        Candidates result;
        if (order_.empty() || sources_[order_.front()].size == 0) return result;
        result.uncounted = bring_in(order_.front(), result.found);
        for (std::size_t i = 1; i < order_.size(); ++i) {
            look_up(order_[i], result.found);
            std::erase_if(result.found, [&](const Candidate& one) {
                return (one.matched >> order_[i] & 1) == 0;
            });
        }
        if (order_.size() > 1) result.uncounted = 0;
        return result;
    }

    // An entry that has none of the rarest words cannot have enough of the others.
    Candidates enough_words() {
        Candidates result;
        std::uint16_t left = plan_.all_words();
        for (const std::size_t word : order_) {
            if (plan_.suffices(left)) {
                std::vector<Candidate> more;
                bring_in(word, more);
                merge(result.found, more);
            } else {
                look_up(word, result.found);
            }
            left = static_cast<std::uint16_t>(left & ~(1u << word));
        }
        std::erase_if(result.found,
                      [this](const Candidate& one) { return !plan_.suffices(one.matched); });
        return result;
    }

  private:
    std::size_t words() const { return plan_.words.size(); }

    WordSources sources_of(std::size_t index, const Dictionary& dictionary) const {
        WordSources sources;
        std::vector<SlotSource> others;
        for (const Reading& reading : plan_.words[index].readings) {
            for (std::size_t i = 0; i < kPlaces; ++i) {
                const auto place = static_cast<Place>(i);
                const Postings* list = dictionary.postings(reading.word, place);
                if (list == nullptr) continue;
                const bool is_start = index == 0 && place == Place::start && reading.is_exact;
                const unsigned quality = is_start ? kStartCode : quality_in(place, reading.quality);
                const bool is_typed = reading.is_exact && reading.quality == kQualityFull;
                (is_typed ? sources.all : others)
                    .emplace_back(*list, dictionary.arena(), code_of(quality, reading.is_exact));
            }
        }
        for (const PairReading& pair : plan_.words[index].pairs) {
            others.emplace_back(pair.slots, code_of(pair.quality, false));
        }
        const auto better = [](const SlotSource& a, const SlotSource& b) {
            return a.code() > b.code();
        };
        std::stable_sort(others.begin(), others.end(), better);
        sources.typed = sources.all.size();
        sources.all.insert(sources.all.end(), others.begin(), others.end());
        for (const SlotSource& source : sources.all) sources.size += source.size();
        return sources;
    }

    /// The entries that have the word, as candidates; how many were left out.
    std::uint64_t bring_in(std::size_t word, std::vector<Candidate>& found) {
        const Union all = unite(sources_[word].all, slots_end_, brought_left_);
        brought_left_ -= std::min(brought_left_, all.slots.size());
        found.reserve(all.slots.size());
        for (const CodedSlot& one : all.slots) {
            found.push_back({one.slot, 0, 0, 0, one.code, false});
            settle(word, found.back());
        }
        return all.left_out;
    }

    // What was typed is looked up in any case.
    void look_up(std::size_t word, std::vector<Candidate>& found) {
        const WordSources& sources = sources_[word];
        for (std::size_t i = 0; i < sources.all.size(); ++i) {
            look_ups_ += std::min(found.size(), 8 * sources.all[i].size());
            if (look_ups_ > kLookUpsMax && i >= sources.typed) break;
            sources.all[i].mark(found);
        }
        for (Candidate& one : found) settle(word, one);
    }

    void settle(std::size_t word, Candidate& one) const {
        if (one.code == 0) return;
        const auto bit = static_cast<std::uint16_t>(1u << word);
        const unsigned quality = one.code >> 1;
        one.matched |= bit;
        if ((one.code & 1) != 0) one.exact |= bit;
        if (word == 0 && quality == kStartCode) one.starts = true;
        one.sum = static_cast<std::uint16_t>(one.sum + plan_.words[word].weight *
                                                           std::min(quality, kQualityFull));
        one.code = 0;
    }

    static void merge(std::vector<Candidate>& found, const std::vector<Candidate>& more) {
        std::vector<Candidate> both;
        both.reserve(found.size() + more.size());
        auto a = found.begin();
        for (const Candidate& b : more) {
            while (a != found.end() && a->slot < b.slot) both.push_back(*a++);
            if (a == found.end() || a->slot != b.slot) {
                both.push_back(b);
                continue;
            }
            both.push_back(*a++);
            both.back().matched |= b.matched;
            both.back().exact |= b.exact;
            both.back().sum = static_cast<std::uint16_t>(both.back().sum + b.sum);
            both.back().starts |= b.starts;
        }
        both.insert(both.end(), a, found.end());
        found = std::move(both);
    }

    const Plan& plan_;
    Slot slots_end_;
    std::vector<WordSources> sources_;
    std::vector<std::size_t> order_;  ///< of words, rarest first
    std::size_t brought_left_ = 0;
    std::size_t look_ups_ = 0;
};

}  // namespace

Candidates find_candidates(const Plan& plan, const Dictionary& dictionary, Slot slots_end,
                           Need need) {
    Search search(plan, dictionary, slots_end);
    return need == Need::all_words ? search.all_words() : search.enough_words();
}

unsigned quality_in(Place place, unsigned quality) {
    return place == Place::around ? quality * 60 / 100 : quality;
}

}  // namespace iwant::search
