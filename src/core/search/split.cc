#include "core/search/split.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace iwant::search {
namespace {

constexpr std::size_t kPairsMax = 8;
constexpr std::size_t kPairsTriedMax = 64;
constexpr std::size_t kNearLookupsMax = 10;
constexpr std::size_t kNearWordsMax = 6;
constexpr std::size_t kHalfBytesMin =
    3;  // of the half that is taken as typed, when the other is not
constexpr std::size_t kPostingsMax = 20'000;
constexpr unsigned kJoinedQuality = 92;

struct Pair {
    WordId first = 0;
    WordId second = 0;
    unsigned cost = 0;
};

struct Cut {
    std::string_view first;
    std::string_view second;
    std::optional<WordId> first_word;
    std::optional<WordId> second_word;
};

std::vector<Cut> cuts_of(std::string_view typed, const Dictionary& dictionary) {
    std::vector<Cut> cuts;
    for (std::size_t at = 1; at < typed.size(); ++at) {
        if ((static_cast<unsigned char>(typed[at]) & 0xC0) == 0x80) continue;
        Cut cut{typed.substr(0, at), typed.substr(at), {}, {}};
        cut.first_word = dictionary.find(cut.first);
        cut.second_word = dictionary.find(cut.second);
        cuts.push_back(cut);
    }
    // Halves of like length tell most.
    std::stable_sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
        return std::min(a.first.size(), a.second.size()) >
               std::min(b.first.size(), b.second.size());
    });
    return cuts;
}

std::vector<Pair> pairs_with_typos(const std::vector<Cut>& cuts, const Dictionary& dictionary) {
    std::vector<Pair> pairs;
    std::size_t lookups = 0;
    for (const Cut& cut : cuts) {
        if (std::min(cut.first.size(), cut.second.size()) < kHalfBytesMin) continue;
        if (cut.first_word && ++lookups <= kNearLookupsMax) {
            for (const Dictionary::Near& near : dictionary.near(cut.second, kNearWordsMax)) {
                pairs.push_back({*cut.first_word, near.word, near.cost});
            }
        }
        if (cut.second_word && ++lookups <= kNearLookupsMax) {
            for (const Dictionary::Near& near : dictionary.near(cut.first, kNearWordsMax)) {
                pairs.push_back({near.word, *cut.second_word, near.cost});
            }
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& a, const Pair& b) { return a.cost < b.cost; });
    return pairs;
}

bool has(std::vector<PostingCursor>& lists, Slot slot) {
    return std::any_of(lists.begin(), lists.end(), [slot](PostingCursor& list) {
        list.seek(slot);
        return !list.at_end() && list.slot() == slot;
    });
}

std::vector<PostingCursor> lists_of(const Dictionary& dictionary, WordId word) {
    std::vector<PostingCursor> lists;
    for (std::size_t place = 0; place < kPlaces; ++place) {
        const Postings* list = dictionary.postings(word, static_cast<Place>(place));
        if (list != nullptr) lists.emplace_back(*list, dictionary.arena());
    }
    return lists;
}

std::vector<Slot> slots_of_both(const Dictionary& dictionary, WordId a, WordId b) {
    const bool a_is_rarer = dictionary.uses(a) < dictionary.uses(b);
    std::vector<Slot> slots;
    std::size_t looked_at = 0;
    for (PostingCursor& rare : lists_of(dictionary, a_is_rarer ? a : b)) {
        std::vector<PostingCursor> others = lists_of(dictionary, a_is_rarer ? b : a);
        for (; !rare.at_end() && looked_at < kPostingsMax; rare.next(), ++looked_at) {
            if (has(others, rare.slot())) slots.push_back(rare.slot());
        }
    }
    std::sort(slots.begin(), slots.end());
    return slots;
}

}  // namespace

std::vector<PairReading> split_word(std::string_view typed, const Dictionary& dictionary,
                                    Effort effort) {
    const std::vector<Cut> cuts = cuts_of(typed, dictionary);
    std::vector<Pair> pairs;
    for (const Cut& cut : cuts) {
        if (cut.first_word && cut.second_word) {
            pairs.push_back({*cut.first_word, *cut.second_word, 0});
        }
    }
    if (pairs.empty() && effort == Effort::with_typos) pairs = pairs_with_typos(cuts, dictionary);
    if (pairs.size() > kPairsTriedMax) pairs.resize(kPairsTriedMax);
    std::vector<PairReading> found;
    for (const Pair& pair : pairs) {
        if (found.size() >= kPairsMax) break;
        PairReading reading{pair.first, pair.second, 0, {}};
        reading.quality = static_cast<std::uint8_t>(
            kJoinedQuality - std::min<std::size_t>(60, 10 * pair.cost / (typed.size() / 2 + 1)));
        reading.slots = slots_of_both(dictionary, pair.first, pair.second);
        if (!reading.slots.empty()) found.push_back(std::move(reading));
    }
    return found;
}

}  // namespace iwant::search
