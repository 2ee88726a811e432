#include "core/search/edit_distance.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace iwant::search {
namespace {

constexpr unsigned kFar = 1000;
using Row = std::array<unsigned, kTypoLetters + 1>;

// A gap beside an equal letter is a doubled one.
unsigned gap_cost(std::u32string_view word, std::size_t at) {
    const bool doubled =
        (at > 0 && word[at - 1] == word[at]) || (at + 1 < word.size() && word[at + 1] == word[at]);
    return doubled ? kDoubledCost : kGapCost;
}

// The keys around each letter on the usual keyboard, and those that change places between
// countries.
constexpr std::array<std::string_view, 26> kNeighbours{
    "qwsz",  "vghn",  "xdfv", "serfcx", "wsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko",
    "huikm", "jiolm", "kop",  "njk",    "bhjm", "iklp",   "ol",     "wa",     "edft",
    "awedx", "rfgy",  "yhji", "cfgb",   "qase", "zsdc",   "tghuz",  "asxy",
};

unsigned substitution_cost(char32_t typed, char32_t real) {
    const bool latin = typed >= U'a' && typed <= U'z' && real >= U'a' && real <= U'z';
    if (!latin) return kSubstitutionCost;
    const bool beside = kNeighbours[real - U'a'].contains(static_cast<char>(typed));
    return beside ? kNeighbourCost : kSubstitutionCost;
}

unsigned best_step(std::u32string_view typed, std::u32string_view real, std::size_t i,
                   std::size_t j, const Row& before, const Row& above, const Row& row) {
    const bool equal = typed[i - 1] == real[j - 1];
    unsigned best = above[j - 1] + (equal ? 0 : substitution_cost(typed[i - 1], real[j - 1]));
    best = std::min(best, above[j] + gap_cost(typed, i - 1));
    best = std::min(best, row[j - 1] + gap_cost(real, j - 1));
    const bool swapped =
        i > 1 && j > 1 && !equal && typed[i - 1] == real[j - 2] && typed[i - 2] == real[j - 1];
    return swapped ? std::min(best, before[j - 2] + kSwapCost) : best;
}

/// The last row of the table, kFar outside the band; nothing when all of it is too far.
std::optional<Row> last_row(std::u32string_view typed, std::u32string_view real,
                            unsigned cost_max) {
    const std::size_t band = cost_max / kDoubledCost;
    std::array<Row, 3> rows;
    for (Row& row : rows) row.fill(kFar);
    rows[0][0] = 0;
    for (std::size_t j = 1; j <= std::min(real.size(), band); ++j) {
        rows[0][j] = rows[0][j - 1] + gap_cost(real, j - 1);
    }
    unsigned lowest_above = 0;
    for (std::size_t i = 1; i <= typed.size(); ++i) {
        Row& row = rows[i % 3];
        const Row& above = rows[(i + 2) % 3];
        const Row& before = rows[(i + 1) % 3];
        const std::size_t first = i > band ? i - band : 0;
        const std::size_t last = std::min(real.size(), i + band);
        if (first > 0) row[first - 1] = kFar;
        if (last < real.size()) row[last + 1] = kFar;
        unsigned lowest = kFar;
        for (std::size_t j = first; j <= last; ++j) {
            row[j] = j == 0 ? above[0] + gap_cost(typed, i - 1)
                            : best_step(typed, real, i, j, before, above, row);
            lowest = std::min(lowest, row[j]);
        }
        // A swap reaches back two rows.
        if (std::min(lowest, lowest_above) > cost_max) return std::nullopt;
        lowest_above = lowest;
    }
    return rows[typed.size() % 3];
}

std::optional<unsigned> within(unsigned cost, unsigned cost_max) {
    return cost <= cost_max ? std::optional(cost) : std::nullopt;
}

}  // namespace

unsigned typo_cost_max(std::size_t typed, std::size_t real) {
    const std::size_t letters = (typed + real + 1) / 2;
    if (letters < 3) return 0;
    if (letters == 3) return kSwapCost;
    if (letters <= 5) return kSubstitutionCost;
    if (letters == 6) return kSubstitutionCost + kDoubledCost;
    if (letters < 12) return 2 * kSubstitutionCost;
    return 2 * kSubstitutionCost + kDoubledCost;
}

std::optional<unsigned> typo_cost(std::u32string_view typed, std::u32string_view real,
                                  unsigned cost_max) {
    if (typed.size() > kTypoLetters || real.size() > kTypoLetters) return std::nullopt;
    const std::size_t difference =
        typed.size() > real.size() ? typed.size() - real.size() : real.size() - typed.size();
    if (difference * kDoubledCost > cost_max) return std::nullopt;
    const std::optional<Row> row = last_row(typed, real, cost_max);
    return row ? within((*row)[real.size()], cost_max) : std::nullopt;
}

std::optional<unsigned> typo_cost_of_prefix(std::u32string_view typed, std::u32string_view real,
                                            unsigned cost_max) {
    if (typed.size() > kTypoLetters || real.size() > kTypoLetters) return std::nullopt;
    const std::size_t band = cost_max / kDoubledCost;
    if (typed.size() > real.size() + band) return std::nullopt;
    const std::optional<Row> row = last_row(typed, real, cost_max);
    if (!row) return std::nullopt;
    const std::size_t first = typed.size() > band ? typed.size() - band : 0;
    const std::size_t last = std::min(real.size(), typed.size() + band);
    unsigned lowest = kFar;
    for (std::size_t j = first; j <= last; ++j) lowest = std::min(lowest, (*row)[j]);
    return within(lowest, cost_max);
}

TypoPattern::TypoPattern(std::u32string_view typed) : size_(typed.size()) {
    for (std::size_t i = 0; i < typed.size(); ++i) {
        if (typed[i] < 128) places_[typed[i]] |= std::uint64_t{1} << i;
    }
}

bool TypoPattern::is_near(std::string_view word, unsigned edits) const {
    return distance(word, word.size()) <= edits;
}

bool TypoPattern::is_near_beginning(std::string_view word, unsigned edits) const {
    const std::size_t first = size_ > edits ? size_ - edits : 0;
    return distance(word.substr(0, size_ + edits), first) <= edits;
}

// The lowest distance to any beginning of the word that has at least so many letters. Bits of
// `more` and `less` tell in which rows of the table a column rises and falls.
unsigned TypoPattern::distance(std::string_view word, std::size_t end_first) const {
    if (size_ == 0) return 0;
    const std::uint64_t last = std::uint64_t{1} << (size_ - 1);
    std::uint64_t more = ~std::uint64_t{0};
    std::uint64_t less = 0;
    std::uint64_t diagonal = 0;
    std::uint64_t places_before = 0;
    auto score = static_cast<unsigned>(size_);
    unsigned lowest = end_first == 0 ? score : kFar;
    for (std::size_t j = 0; j < word.size(); ++j) {
        const auto letter = static_cast<unsigned char>(word[j]);
        if (letter >= places_.size()) return 0;
        const std::uint64_t places = places_[letter];
        const std::uint64_t swapped = ((~diagonal & places) << 1) & places_before;
        diagonal = (((places & more) + more) ^ more) | places | less | swapped;
        std::uint64_t rises = less | ~(diagonal | more);
        const std::uint64_t falls = diagonal & more;
        if ((rises & last) != 0) ++score;
        if ((falls & last) != 0) --score;
        rises = rises << 1 | 1;
        less = rises & diagonal;
        more = falls << 1 | ~(diagonal | rises);
        places_before = places;
        if (j + 1 >= end_first) lowest = std::min(lowest, score);
    }
    return lowest;
}

}  // namespace iwant::search
