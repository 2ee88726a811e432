#include "core/search/index.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "core/search/dictionary.h"
#include "core/search/entries.h"
#include "core/search/gather.h"
#include "core/search/plan.h"
#include "core/search/scoring.h"
#include "core/search/tokens.h"

namespace iwant::search {
namespace {

constexpr std::size_t kMatchesMax = 200;
constexpr std::size_t kSourcesMax = 64;
constexpr std::size_t kLookedAtMin = 256;

std::optional<std::uint8_t> digit_value(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<std::uint8_t>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<std::uint8_t>(digit - 'a' + 10);
    if (digit >= 'A' && digit <= 'F') return static_cast<std::uint8_t>(digit - 'A' + 10);
    return std::nullopt;
}

/// The first and the last hash that start with these digits.
std::optional<std::pair<Hash256, Hash256>> range_of_prefix(std::string_view digits) {
    Hash256 first;
    Hash256 last;
    last.bytes.fill(0xFF);
    if (digits.empty() || digits.size() > 2 * first.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::optional<std::uint8_t> value = digit_value(digits[i]);
        if (!value) return std::nullopt;
        const unsigned shift = i % 2 == 0 ? 4 : 0;
        const auto cleared = static_cast<std::uint8_t>(~(0xF << shift));
        const auto set = static_cast<std::uint8_t>(*value << shift);
        first.bytes[i / 2] = static_cast<std::uint8_t>((first.bytes[i / 2] & cleared) | set);
        last.bytes[i / 2] = static_cast<std::uint8_t>((last.bytes[i / 2] & cleared) | set);
    }
    return std::pair(first, last);
}

/// How entries of one content come in order: passing the filter, better, newer, then by owner and
/// id.
struct RankedSource {
    bool passes = false;
    double score = 0;
    UnixSeconds modified = 0;
    Match::Source source;
    Slot slot = 0;
};

bool better_source(const RankedSource& a, const RankedSource& b) {
    return std::tuple(b.passes, b.score, b.modified, a.source.owner, a.source.entry) <
           std::tuple(a.passes, a.score, a.modified, b.source.owner, b.source.entry);
}

std::size_t owner_count(const Match& match) {
    std::set<PeerId> owners;
    for (const Match::Source& source : match.sources) owners.insert(source.owner);
    return owners.size();
}

bool better_match(const std::pair<Match, std::size_t>& a, const std::pair<Match, std::size_t>& b) {
    const Match::Source& x = a.first.sources.front();
    const Match::Source& y = b.first.sources.front();
    return std::tie(b.first.score, b.second, b.first.modified, a.first.path, x.owner, x.entry) <
           std::tie(a.first.score, a.second, a.first.modified, b.first.path, y.owner, y.entry);
}

}  // namespace

struct Index::State {
    Dictionary dictionary;
    Entries entries;

    void add_words(Slot slot);
    void remove(Slot slot);
    Match match_at(Slot best, const Scorer* scorer, const Filter* filter) const;
    std::vector<Match> in_order(Shortlist& shortlist, const Scorer* scorer, const Filter& filter,
                                std::size_t limit) const;
};

void Index::State::add_words(Slot slot) {
    const Record& record = entries.at(slot);
    const std::vector<Token> tokens = tokens_of_path(record.path(), record.kind);
    for (const Token& token : tokens) {
        dictionary.add(token.text, posting_of(slot, static_cast<std::uint8_t>(token.field)));
    }
    entries.set_name_words(slot, count_name_words(tokens));
}

void Index::State::remove(Slot slot) {
    const Record& record = entries.at(slot);
    for (const Token& token : tokens_of_path(record.path(), record.kind)) {
        dictionary.remove(token.text, posting_of(slot, static_cast<std::uint8_t>(token.field)));
    }
    entries.erase(slot);
}

// Without a scorer all sources are equal. The best one is looked at even when there are too many
// others.
Match Index::State::match_at(Slot best, const Scorer* scorer, const Filter* filter) const {
    std::vector<Slot> slots = entries.same_content(best, kSourcesMax);
    if (std::find(slots.begin(), slots.end(), best) == slots.end()) slots.back() = best;
    std::vector<RankedSource> ranked;
    for (const Slot slot : slots) {
        const Record& record = entries.at(slot);
        const double score = scorer != nullptr ? scorer->score(record.path(), record.kind) : 0;
        ranked.push_back({filter == nullptr || filter->passes(record),
                          score,
                          record.modified,
                          {entries.owner_of(slot), EntryId{record.id}},
                          slot});
    }
    std::sort(ranked.begin(), ranked.end(), better_source);
    const Record& shown = entries.at(ranked.front().slot);
    Match match;
    match.kind = shown.kind;
    match.content = entries.content_of(best);
    match.path = shown.path();
    match.size_bytes = shown.size_bytes;
    match.modified = shown.modified;
    match.score = ranked.front().score;
    for (const RankedSource& one : ranked) match.sources.push_back(one.source);
    return match;
}

std::vector<Match> Index::State::in_order(Shortlist& shortlist, const Scorer* scorer,
                                          const Filter& filter, std::size_t limit) const {
    std::vector<std::pair<Match, std::size_t>> ranked;
    std::vector<Shortlist::Place> places = shortlist.take();
    for (Shortlist::Place& place : places) {
        const Record& record = entries.at(place.slot);
        if (scorer != nullptr) place.score = scorer->score(record.path(), record.kind);
    }
    shortlist.sort(places);
    // Some more than are shown, because other sources of the same content may match better.
    if (places.size() > 2 * limit) places.resize(2 * limit);
    for (const Shortlist::Place& place : places) {
        Match match = match_at(place.slot, scorer, &filter);
        const std::size_t owners = owner_count(match);
        ranked.emplace_back(std::move(match), owners);
    }
    std::sort(ranked.begin(), ranked.end(), better_match);
    if (ranked.size() > limit) ranked.resize(limit);
    std::vector<Match> matches;
    for (auto& [match, owners] : ranked) matches.push_back(std::move(match));
    return matches;
}

Index::Index() : state_(std::make_unique<State>()) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

void Index::put(const PeerId& owner, const Entry& entry) {
    remove(owner, entry.id);
    state_->add_words(state_->entries.add(owner, entry));
}

void Index::remove(const PeerId& owner, EntryId entry) {
    if (const std::optional<Slot> slot = state_->entries.find(owner, entry)) state_->remove(*slot);
}

void Index::remove_owner(const PeerId& owner) {
    for (const Slot slot : state_->entries.slots_of(owner)) state_->remove(slot);
}

Answer Index::search(const Query& query) const {
    const State& state = *state_;
    const std::size_t limit = std::min<std::size_t>(query.limit, kMatchesMax);
    const Filter filter(query, state.entries);
    const Plan plan = make_plan(query, state.dictionary, state.entries);
    Shortlist shortlist(state.entries, kLookedAtMin + 2 * limit);
    if (plan.words.empty()) {
        if (!filter.is_set()) return {};
        for (Slot slot = 0; slot < state.entries.slots_end(); ++slot) {
            const Record& record = state.entries.at(slot);
            if (record.owner != kNoSlot && filter.passes(record)) shortlist.offer(slot, 0);
        }
    } else {
        gather(plan, state.dictionary, state.entries, filter, shortlist);
    }
    Answer answer;
    answer.total = shortlist.total();
    const Scorer scorer(plan, state.dictionary);
    answer.matches =
        state.in_order(shortlist, plan.words.empty() ? nullptr : &scorer, filter, limit);
    return answer;
}

std::vector<Match> Index::with_content_prefix(std::string_view hex_digits,
                                              std::size_t limit) const {
    std::vector<Match> matches;
    const auto range = range_of_prefix(hex_digits);
    if (!range) return matches;
    for (const Slot slot : state_->entries.contents_between(range->first, range->second, limit)) {
        matches.push_back(state_->match_at(slot, nullptr, nullptr));
    }
    return matches;
}

std::optional<Entry> Index::entry(const PeerId& owner, EntryId id) const {
    const std::optional<Slot> slot = state_->entries.find(owner, id);
    if (!slot) return std::nullopt;
    const Record& record = state_->entries.at(*slot);
    return Entry{id,
                 record.kind,
                 std::string(record.path()),
                 record.size_bytes,
                 record.modified,
                 state_->entries.content_of(*slot)};
}

std::size_t Index::entry_count() const {
    return state_->entries.size();
}
std::size_t Index::entry_count(const PeerId& owner) const {
    return state_->entries.size(owner);
}

}  // namespace iwant::search
