#include "core/search/choice.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/search/scoring.h"

namespace iwant::search {
namespace {

constexpr std::size_t kFilteredMax = std::size_t{1} << 18;  // records read for the filter
constexpr std::size_t kPlacedMax = 8192;                    // records and dates read to rank

// As rough_score without the record, on a scale of its own.
std::uint32_t rank(const Plan& plan, const Candidate& one) {
    std::uint32_t tier = 0;
    if (one.matched == plan.all_words()) tier = 1;
    if (one.exact == plan.all_words()) tier = one.starts ? 3 : 2;
    return tier << 16 | one.sum;
}

/// Keeps the best, of equal ones those that came last, in no order.
void keep_best(const Plan& plan, std::vector<Candidate>& candidates, std::size_t kept_max) {
    if (candidates.size() <= kept_max) return;
    const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(kept_max);
    std::nth_element(candidates.begin(), end, candidates.end(),
                     [&](const Candidate& a, const Candidate& b) {
                         return std::pair(rank(plan, a), a.slot) > std::pair(rank(plan, b), b.slot);
                     });
    candidates.erase(end, candidates.end());
}

/// Keeps one candidate of each content, the best.
void keep_one_of_each(const Plan& plan, const Entries& entries,
                      std::vector<Candidate>& candidates) {
    if (entries.contents_end() == 0) return;
    std::unordered_map<ContentSlot, std::pair<std::uint32_t, Slot>> best;  // never walked
    std::vector<bool> is_shared(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const Candidate& one = candidates[i];
        if (!is_grouped(entries, one.slot) || entries.copies_of(one.slot) < 2) continue;
        is_shared[i] = true;
        const std::pair value(rank(plan, one), one.slot);
        const auto [known, is_new] = best.emplace(entries.at(one.slot).content, value);
        if (!is_new) known->second = std::max(known->second, value);
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const Candidate one = candidates[i];
        if (is_shared[i] && best.at(entries.at(one.slot).content).second != one.slot) continue;
        candidates[kept++] = one;
    }
    candidates.resize(kept);
}

auto key_of(const Choice::Place& place) {
    return std::tie(place.score, place.copies, place.modified);
}

/// Sorts places that are equal but for their path.
void sort_by_path(const Entries& entries, std::vector<Choice::Place>& places, std::size_t begin,
                  std::size_t end) {
    std::vector<std::pair<std::string, Choice::Place>> named;
    for (std::size_t i = begin; i < end; ++i) {
        named.emplace_back(entries.path(places[i].slot), places[i]);
    }
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) {
        return std::tie(a.first, a.second.slot) < std::tie(b.first, b.second.slot);
    });
    for (std::size_t i = begin; i < end; ++i) places[i] = named[i - begin].second;
}

/// Keeps the first ones and those equal to the last of them but for the path, in no order.
void keep_first(std::vector<Choice::Place>& places, std::size_t kept_max) {
    if (places.size() <= kept_max || kept_max == 0) return;
    const auto last = places.begin() + static_cast<std::ptrdiff_t>(kept_max) - 1;
    std::nth_element(
        places.begin(), last, places.end(),
        [](const Choice::Place& a, const Choice::Place& b) { return key_of(a) > key_of(b); });
    const Choice::Place worst = *last;
    std::erase_if(places, [&](const Choice::Place& one) { return key_of(one) < key_of(worst); });
}

}  // namespace

bool is_grouped(const Entries& entries, Slot slot) {
    if (entries.at(slot).content == kNoSlot) return false;
    return entries.details(slot).size_bytes > 0;
}

Choice choose(const Plan& plan, const Entries& entries, Filter& filter,
              std::vector<Candidate> candidates, std::size_t kept_max) {
    Choice choice;
    if (filter.is_set()) {
        keep_best(plan, candidates, kFilteredMax);
        std::erase_if(candidates,
                      [&](const Candidate& one) { return !filter.passes_by_record(one.slot); });
    }
    if (filter.reads_text()) {
        keep_best(plan, candidates, kTextsMax);
        std::erase_if(candidates,
                      [&](const Candidate& one) { return !filter.passes_by_text(one.slot); });
    }
    if (candidates.size() <= kFilteredMax) keep_one_of_each(plan, entries, candidates);
    choice.total = candidates.size();
    keep_best(plan, candidates, kPlacedMax);
    for (const Candidate& one : candidates) {
        choice.places.push_back({rough_score(plan, one, entries.at(one.slot).name_words),
                                 entries.copies_of(one.slot), entries.details(one.slot).modified,
                                 one.slot, true});
    }
    keep_first(choice.places, kept_max);
    sort_places(entries, choice.places);
    if (choice.places.size() > kept_max) choice.places.resize(kept_max);
    return choice;
}

// Paths are read only of those that are equal in all else.
void sort_places(const Entries& entries, std::vector<Choice::Place>& places) {
    std::sort(places.begin(), places.end(),
              [](const Choice::Place& a, const Choice::Place& b) { return key_of(a) > key_of(b); });
    for (std::size_t begin = 0; begin < places.size();) {
        std::size_t end = begin + 1;
        while (end < places.size() && key_of(places[end]) == key_of(places[begin])) ++end;
        if (end - begin > 1) sort_by_path(entries, places, begin, end);
        begin = end;
    }
}

}  // namespace iwant::search
