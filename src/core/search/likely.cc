#include "core/search/likely.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/search/candidates.h"
#include "core/search/choice.h"
#include "core/search/plan.h"
#include "core/search/slot_source.h"
#include "core/search/word_cutter.h"

namespace iwant::search {
namespace {

constexpr std::size_t kScannedMax = std::size_t{1} << 18;  // entries that are looked at closer
constexpr Slot kRecordsMax = Slot{1} << 22;                // records walked to find those

std::vector<Slot> by_owner(const PeerId& owner, const Entries& entries) {
    std::vector<Slot> slots = entries.slots_of(owner);
    std::sort(slots.begin(), slots.end());
    return slots;
}

std::vector<Slot> by_extension(const Query& query, const Dictionary& dictionary,
                               const Entries& entries) {
    WordCutter cutter;
    std::vector<SlotSource> sources;
    for (const std::string& extension : query.extensions) {
        std::string last;
        for (const WordCutter::Word& word : cutter.cut(extension)) {
            if (!word.is_part) last = word.text;
        }
        const std::optional<WordId> word = dictionary.find(last);
        if (!word) continue;
        for (std::size_t i = 0; i < kPlaces; ++i) {
            const Postings* list = dictionary.postings(*word, static_cast<Place>(i));
            if (list != nullptr) sources.emplace_back(*list, dictionary.arena(), std::uint8_t{1});
        }
    }
    std::vector<Slot> slots;
    for (const CodedSlot& one : unite(sources, entries.slots_end(), kScannedMax).slots)
        slots.push_back(one.slot);
    return slots;
}

std::vector<Slot> last_ones(const Filter& filter, const Entries& entries) {
    std::vector<Slot> slots;
    const Slot end = entries.slots_end();
    const Slot first = end > kRecordsMax ? end - kRecordsMax : 0;
    for (Slot slot = end; slot > first && slots.size() < kScannedMax; --slot) {
        if (entries.is_used(slot - 1) && filter.passes_by_type(slot - 1)) slots.push_back(slot - 1);
    }
    std::reverse(slots.begin(), slots.end());
    return slots;
}

}  // namespace

std::vector<Slot> likely_by_text(const Query& query, const Dictionary& dictionary,
                                 const Entries& entries) {
    Query words;
    for (const auto* texts : {&query.phrases, &query.folders}) {
        for (const std::string& text : *texts) words.text += (words.text.empty() ? "" : " ") + text;
    }
    Plan plan = make_plan(words, dictionary, entries.size());
    add_parts(plan, dictionary, entries.size());
    std::vector<Slot> slots;
    if (plan.words.empty()) return slots;
    const Candidates found =
        find_candidates(plan, dictionary, entries.slots_end(), Need::all_words);
    for (const Candidate& one : found.found) slots.push_back(one.slot);
    return slots;
}

std::vector<Slot> likely_by_filter(const Query& query, const Filter& filter,
                                   const Dictionary& dictionary, const Entries& entries) {
    if (query.owner) return by_owner(*query.owner, entries);
    if (entries.slots_end() > kTextsMax) {
        std::vector<Slot> slots = likely_by_text(query, dictionary, entries);
        if (slots.empty()) slots = by_extension(query, dictionary, entries);
        if (!slots.empty()) return slots;
    }
    return last_ones(filter, entries);
}

}  // namespace iwant::search
