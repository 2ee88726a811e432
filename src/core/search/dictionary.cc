#include "core/search/dictionary.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kPrefixWordsMax = 20'000;  // looked at for one prefix

// One bit for each letter that occurs, another for one that occurs more than once.
std::uint64_t signature_of(std::u32string_view letters) {
    std::uint64_t once = 0;
    std::uint64_t twice = 0;
    for (const char32_t letter : letters) {
        const bool latin = letter >= U'a' && letter <= U'z';
        const std::uint64_t bit = std::uint64_t{1} << (latin ? letter - U'a' : 26 + letter % 6);
        twice |= once & bit;
        once |= bit;
    }
    return once | twice << 32;
}

// A wrong letter changes two bits at most, a gap one, a swap none.
int signature_difference_max(unsigned cost_max) {
    const unsigned wrong = cost_max / kSubstitutionCost;
    const unsigned gaps = cost_max % kSubstitutionCost / kDoubledCost;
    return static_cast<int>(2 * wrong + gaps);
}

}  // namespace

void Dictionary::add(std::string_view text, Posting posting) {
    const std::optional<WordId> known = find(text);
    const WordId word = known ? *known : add_word(text);
    const bool is_new = words_[word].postings.insert(posting, std::less<>());
    ASSERT(is_new);
}

void Dictionary::remove(std::string_view text, Posting posting) {
    const std::optional<WordId> word = find(text);
    ASSERT(word);
    const bool was_there = words_[*word].postings.erase(posting, std::less<>());
    ASSERT(was_there);
    if (words_[*word].postings.empty()) remove_word(*word);
}

std::optional<WordId> Dictionary::find(std::string_view text) const {
    return by_text_.find(text, [&](WordId word) { return std::string_view(words_[word].text); });
}

std::vector<Dictionary::Near> Dictionary::near(std::string_view typed, std::size_t limit) const {
    const std::u32string letters = decode_utf8(typed);
    std::vector<Near> found;
    if (letters.size() > kTypoLetters || is_exact_only(letters)) return found;
    const std::uint64_t signature = signature_of(letters);
    for (std::size_t length = 1; length <= kTypoLetters; ++length) {
        const unsigned cost_max = typo_cost_max(letters.size(), length);
        const std::size_t gap =
            length > letters.size() ? length - letters.size() : letters.size() - length;
        if (gap * kDoubledCost > cost_max) continue;
        const int difference_max = signature_difference_max(cost_max);
        const Shelf& shelf = shelves_[length];
        for (std::size_t i = 0; i < shelf.words.size(); ++i) {
            if (std::popcount(shelf.signatures[i] ^ signature) > difference_max) continue;
            const std::u32string other = decode_utf8(text(shelf.words[i]));
            const std::optional<unsigned> cost = typo_cost(letters, other, cost_max);
            if (cost && *cost > 0) found.push_back({shelf.words[i], *cost});
        }
    }
    const auto better = [&](const Near& a, const Near& b) {
        return std::tuple(a.cost, postings(b.word).size(), std::string_view(text(a.word))) <
               std::tuple(b.cost, postings(a.word).size(), std::string_view(text(b.word)));
    };
    std::sort(found.begin(), found.end(), better);
    if (found.size() > limit) found.resize(limit);
    return found;
}

std::vector<WordId> Dictionary::with_prefix(std::string_view prefix, std::size_t limit) const {
    std::vector<WordId> found;
    SortedBlocks::Cursor cursor =
        in_order_.lower_bound([&](WordId word) { return text(word) <= prefix; });
    in_order_.walk(cursor, [&](WordId word) {
        if (!text(word).starts_with(prefix) || found.size() >= kPrefixWordsMax) return false;
        found.push_back(word);
        return true;
    });
    const auto better = [&](WordId a, WordId b) {
        return std::pair(postings(b).size(), std::string_view(text(a))) <
               std::pair(postings(a).size(), std::string_view(text(b)));
    };
    const std::size_t kept = std::min(limit, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                      better);
    found.resize(kept);
    return found;
}

WordId Dictionary::add_word(std::string_view text) {
    auto word = static_cast<WordId>(words_.size());
    if (unused_.empty()) {
        words_.emplace_back();
    } else {
        word = unused_.back();
        unused_.pop_back();
    }
    words_[word].text = text;
    by_text_.insert(word, [&](WordId one) { return std::string_view(words_[one].text); });
    in_order_.insert(word, [&](WordId a, WordId b) { return words_[a].text < words_[b].text; });
    put_on_shelf(word);
    return word;
}

void Dictionary::remove_word(WordId word) {
    take_from_shelf(word);
    in_order_.erase(word, [&](WordId a, WordId b) { return words_[a].text < words_[b].text; });
    by_text_.erase(word, [&](WordId one) { return std::string_view(words_[one].text); });
    words_[word] = {};
    unused_.push_back(word);
}

void Dictionary::put_on_shelf(WordId word) {
    const std::u32string letters = decode_utf8(words_[word].text);
    if (letters.size() > kTypoLetters || is_exact_only(letters)) return;
    Shelf& shelf = shelves_[letters.size()];
    words_[word].letters = static_cast<std::uint8_t>(letters.size());
    words_[word].place = static_cast<std::uint32_t>(shelf.words.size());
    shelf.signatures.push_back(signature_of(letters));
    shelf.words.push_back(word);
}

void Dictionary::take_from_shelf(WordId word) {
    if (words_[word].letters == 0) return;
    Shelf& shelf = shelves_[words_[word].letters];
    const std::size_t place = words_[word].place;
    shelf.words[place] = shelf.words.back();
    shelf.signatures[place] = shelf.signatures.back();
    words_[shelf.words[place]].place = static_cast<std::uint32_t>(place);
    shelf.words.pop_back();
    shelf.signatures.pop_back();
}

}  // namespace iwant::search
