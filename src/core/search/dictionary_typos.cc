// The part of the dictionary that forgives: words near a typed one, by the letters they have.

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>

#include "core/search/dictionary.h"
#include "core/search/letters.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kPartLettersMin = 3;
constexpr std::size_t kComparedMax = 100'000;  // distances computed for one word

// One bit for each letter that occurs, others for those that occur more than once.
std::uint64_t signature_of(std::u32string_view letters) {
    std::uint64_t once = 0;
    std::uint64_t twice = 0;
    for (const char32_t letter : letters) {
        unsigned bit = 36 + letter % 10;
        if (letter >= U'a' && letter <= U'z') bit = letter - U'a';
        if (letter >= U'0' && letter <= U'9') bit = 26 + letter - U'0';
        if ((once >> bit & 1) != 0) twice |= std::uint64_t{1} << (46 + letter % 18);
        once |= std::uint64_t{1} << bit;
    }
    return once | twice;
}

// A wrong letter changes two bits at most, a gap one, a swap none.
unsigned signature_difference_max(unsigned cost_max) {
    const unsigned wrong = cost_max / kSubstitutionCostMin;
    const unsigned gaps = cost_max % kSubstitutionCostMin / kDoubledCost;
    return 2 * wrong + gaps;
}

/// A word of a shelf as characters, without taking memory.
class Letters {
  public:
    explicit Letters(std::string_view text) {
        for (; !text.empty() && size_ < letters_.size(); ++size_) {
            const DecodedLetter letter = decode_letter(text);
            letters_[size_] = letter.code_point;
            text.remove_prefix(letter.bytes);
        }
    }
    std::u32string_view view() const { return {letters_.data(), size_}; }

  private:
    std::array<char32_t, kTypoLetters> letters_;
    std::size_t size_ = 0;
};

/// Whether a word may begin as typed: its first letter is the first or second typed one, or its
/// second is the first. People rarely mistype the first letter of a word, and a beginning tells
/// little else.
bool may_begin_so(std::string_view word, std::string_view typed) {
    return word[0] == typed[0] || (typed.size() > 1 && word[0] == typed[1]) ||
           (word.size() > 1 && word[1] == typed[0]);
}

/// Whether at most kLimit bits are set. Few are allowed, so clearing them beats counting all.
template <unsigned kLimit>
bool has_at_most(std::uint64_t bits) {
    for (unsigned i = 0; i < kLimit; ++i) bits &= bits - 1;
    return bits == 0;
}

enum class Against : std::uint8_t { both_ways, missing };

/// Calls `visit(i)` for the signatures that have at most kLimit bits against the typed one.
template <unsigned kLimit, Against kAgainst, class Visit>
void scan(const std::vector<std::uint64_t>& signatures, std::uint64_t typed, Visit visit) {
    const std::uint64_t* const all = signatures.data();
    for (std::size_t i = 0, end = signatures.size(); i < end; ++i) {
        const std::uint64_t bits =
            kAgainst == Against::both_ways ? all[i] ^ typed : typed & ~all[i];
        if (has_at_most<kLimit>(bits)) visit(i);
    }
}

/// The limit is made a constant, so that the loop over all words has no other inside.
template <Against kAgainst, class Visit>
void scan(const std::vector<std::uint64_t>& signatures, std::uint64_t typed, unsigned limit,
          Visit visit) {
    switch (limit) {
        case 0:
            return scan<0, kAgainst>(signatures, typed, visit);
        case 1:
            return scan<1, kAgainst>(signatures, typed, visit);
        case 2:
            return scan<2, kAgainst>(signatures, typed, visit);
        case 3:
            return scan<3, kAgainst>(signatures, typed, visit);
        case 4:
            return scan<4, kAgainst>(signatures, typed, visit);
        case 5:
            return scan<5, kAgainst>(signatures, typed, visit);
        default:
            return scan<6, kAgainst>(signatures, typed, visit);
    }
}

}  // namespace

std::vector<Dictionary::Near> Dictionary::near(std::string_view typed, std::size_t limit) const {
    const std::u32string letters = decode_utf8(typed);
    std::vector<Near> found;
    if (letters.size() > kTypoLetters || is_exact_only(letters)) return found;
    const std::uint64_t signature = signature_of(letters);
    const TypoPattern pattern(letters);
    std::size_t compared = 0;
    for (std::size_t length = 1; length <= kTypoLetters; ++length) {
        const unsigned cost_max = typo_cost_max(letters.size(), length);
        const std::size_t gap =
            length > letters.size() ? length - letters.size() : letters.size() - length;
        if (gap * kDoubledCost > cost_max) continue;
        const Shelf& shelf = shelves_[length];
        const auto compare = [&](std::size_t i) {
            if (++compared > kComparedMax) return;
            const std::string_view word = text_on_shelf(length, i);
            if (!pattern.is_near(word, cost_max / kDoubledCost)) return;
            const auto cost = typo_cost(letters, Letters(word).view(), cost_max);
            if (cost && *cost > 0) found.push_back({shelf.words[i], *cost});
        };
        scan<Against::both_ways>(shelf.signatures, signature, signature_difference_max(cost_max),
                                 compare);
    }
    return nearest(std::move(found), limit);
}

std::vector<Dictionary::Near> Dictionary::near_prefix(std::string_view typed,
                                                      std::size_t limit) const {
    const std::u32string letters = decode_utf8(typed);
    std::vector<Near> found;
    if (letters.size() > kTypoLetters || is_exact_only(letters)) return found;
    const unsigned cost_max = typo_cost_max(letters.size(), letters.size());
    const std::uint64_t signature = signature_of(letters);
    const TypoPattern pattern(letters);
    // Each typo brings in one letter that the word lacks at most.
    const unsigned missing_max = cost_max / kDoubledCost;
    std::size_t compared = 0;
    for (std::size_t length = letters.size(); cost_max > 0 && length <= kTypoLetters; ++length) {
        const Shelf& shelf = shelves_[length];
        const auto compare = [&](std::size_t i) {
            const std::string_view word = text_on_shelf(length, i);
            if (!may_begin_so(word, typed) || ++compared > kComparedMax) return;
            if (!pattern.is_near_beginning(word, cost_max / kDoubledCost)) return;
            const auto cost = typo_cost_of_prefix(letters, Letters(word).view(), cost_max);
            if (cost && *cost > 0) found.push_back({shelf.words[i], *cost});
        };
        scan<Against::missing>(shelf.signatures, signature, missing_max, compare);
    }
    return nearest(std::move(found), limit);
}

std::vector<WordId> Dictionary::with_part(std::string_view part, std::size_t limit) const {
    const std::u32string letters = decode_utf8(part);
    std::vector<WordId> found;
    if (letters.size() < kPartLettersMin) return found;
    const std::uint64_t signature = signature_of(letters);
    std::size_t compared = 0;
    for (std::size_t length = 0; length < shelves_.size(); ++length) {
        if (length > 0 && length <= letters.size()) continue;
        const Shelf& shelf = shelves_[length];
        const auto compare = [&](std::size_t i) {
            if (++compared > kComparedMax) return;
            const std::string_view word = text_on_shelf(length, i);
            if (word.size() > part.size() && word.contains(part)) found.push_back(shelf.words[i]);
        };
        scan<Against::missing>(shelf.signatures, signature, 0, compare);
    }
    return most_used(std::move(found), limit);
}

std::vector<Dictionary::Near> Dictionary::nearest(std::vector<Near> found,
                                                  std::size_t limit) const {
    // Uses and spelling are read only of those that the cost leaves undecided.
    if (found.size() > limit && limit > 0) {
        const auto last = found.begin() + static_cast<std::ptrdiff_t>(limit) - 1;
        std::nth_element(found.begin(), last, found.end(),
                         [](const Near& a, const Near& b) { return a.cost < b.cost; });
        const unsigned worst = last->cost;
        std::erase_if(found, [worst](const Near& one) { return one.cost > worst; });
    }
    const auto better = [&](const Near& a, const Near& b) {
        if (a.cost != b.cost) return a.cost < b.cost;
        if (uses(a.word) != uses(b.word)) return uses(a.word) > uses(b.word);
        return text(a.word) < text(b.word);
    };
    const std::size_t kept = std::min(limit, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                      better);
    found.resize(kept);
    return found;
}

std::size_t Dictionary::shelf_of(std::u32string_view letters) {
    const bool may_be_mistyped = letters.size() <= kTypoLetters && !is_exact_only(letters);
    return may_be_mistyped ? letters.size() : 0;
}

void Dictionary::put_on_shelf(WordId word) {
    const std::u32string letters = decode_utf8(text(word));
    const std::size_t index = shelf_of(letters);
    Shelf& shelf = shelves_[index];
    words_[word].shelf_place = static_cast<std::uint32_t>(shelf.words.size());
    shelf.signatures.push_back(signature_of(letters));
    shelf.words.push_back(word);
    const std::string_view spelt = text(word);
    const std::size_t start = shelf.letters.size();
    shelf.letters.resize(start + index);
    if (spelt.size() == index)
        std::copy(spelt.begin(), spelt.end(),
                  shelf.letters.begin() + static_cast<std::ptrdiff_t>(start));
}

std::string_view Dictionary::text_on_shelf(std::size_t length, std::size_t place) const {
    const Shelf& shelf = shelves_[length];
    if (length > 0 && shelf.letters[place * length] != 0) {
        return {shelf.letters.data() + place * length, length};
    }
    return text(shelf.words[place]);
}

void Dictionary::take_from_shelf(WordId word) {
    const std::size_t length = shelf_of(decode_utf8(text(word)));
    Shelf& shelf = shelves_[length];
    const std::size_t place = words_[word].shelf_place;
    shelf.words[place] = shelf.words.back();
    shelf.signatures[place] = shelf.signatures.back();
    words_[shelf.words[place]].shelf_place = static_cast<std::uint32_t>(place);
    std::copy(shelf.letters.end() - static_cast<std::ptrdiff_t>(length), shelf.letters.end(),
              shelf.letters.begin() + static_cast<std::ptrdiff_t>(place * length));
    shelf.letters.resize(shelf.letters.size() - length);
    shelf.words.pop_back();
    shelf.signatures.pop_back();
}

}  // namespace iwant::search
