#include "core/search/finder.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/search/likely.h"

namespace iwant::search {
namespace {

constexpr std::size_t kMatchesMax = 200;
constexpr std::size_t kSourcesMax = 64;
constexpr std::size_t kScoredMax = 500;  // more than can be asked for, whatever the limit
// Of the files that only their folder's name brings in, the first few of each folder come first.
constexpr std::size_t kThroughFolderMax = 3;
constexpr double kRepeatedLoss = 0.04;

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

/// Keeps the candidates that are among the slots, if there are any. Both are in order of slot.
void prefer(const std::vector<Slot>& slots, std::vector<Candidate>& candidates) {
    auto at = slots.begin();
    std::vector<Candidate> preferred;
    for (const Candidate& one : candidates) {
        at = std::lower_bound(at, slots.end(), one.slot);
        if (at != slots.end() && *at == one.slot) preferred.push_back(one);
    }
    if (!preferred.empty()) candidates = std::move(preferred);
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

Answer Finder::search(const Query& query) const {
    const std::size_t limit = std::min<std::size_t>(query.limit, kMatchesMax);
    Filter filter(query, entries_);
    Plan plan = make_plan(query, dictionary_, entries_.size());
    Answer answer;
    if (plan.words.empty()) {
        if (!filter.is_set()) return answer;
        const Choice choice = choose_by_filter(query, filter, plan);
        answer.total = choice.total;
        answer.matches = matches_of(choice, nullptr, filter, limit);
        return answer;
    }
    Choice choice = choose_by_words(query, filter, plan);
    answer.total = choice.total;
    if (choice.places.empty() || limit == 0) return answer;
    Scorer scorer(plan, dictionary_, entries_);
    score(choice, scorer);
    answer.matches = matches_of(choice, &scorer, filter, limit);
    if (!answer.matches.empty()) {
        const Match::Source& best = answer.matches.front().sources.front();
        const std::optional<Slot> slot = entries_.find(best.owner, best.entry);
        if (slot) answer.did_you_mean = scorer.spelling(*slot);
    }
    return answer;
}

Choice Finder::choose_by_words(const Query& query, Filter& filter, Plan& plan) const {
    const std::size_t wanted = std::clamp<std::size_t>(query.limit, 1, kMatchesMax);
    std::optional<std::vector<Slot>> likely;
    const auto look = [&](Need need) {
        Candidates found = find_candidates(plan, dictionary_, entries_.slots_end(), need);
        if (!query.folders.empty() && found.found.size() > kTextsMax) {
            if (!likely) likely = likely_by_text(query, dictionary_, entries_);
            prefer(*likely, found.found);
        }
        Choice choice = choose(plan, entries_, filter, std::move(found.found), kScoredMax);
        if (!filter.is_set()) choice.total += found.uncounted;
        return choice;
    };
    Choice choice = look(Need::all_words);
    if (query.exact || choice.total >= wanted || filter.has_run_out()) return choice;
    widen(plan, dictionary_, entries_.size());
    choice = look(Need::all_words);
    if (choice.total == 0) {
        add_parts(plan, dictionary_, entries_.size());
        choice = look(Need::all_words);
    }
    if (choice.total >= wanted || plan.words.size() == 1) return choice;
    return look(Need::enough_words);
}

Choice Finder::choose_by_filter(const Query& query, Filter& filter, const Plan& plan) const {
    std::vector<Candidate> candidates;
    for (const Slot slot : likely_by_filter(query, filter, dictionary_, entries_))
        candidates.push_back({slot, 0, 0, 0, 0, false});
    return choose(plan, entries_, filter, std::move(candidates), kScoredMax);
}

void Finder::score(Choice& choice, Scorer& scorer) const {
    for (Choice::Place& place : choice.places) {
        const Scorer::Score score = scorer.score(place.slot);
        place.score = score.value;
        place.in_name = score.in_name;
    }
    std::erase_if(choice.places, [](const Choice::Place& place) { return place.score <= 0; });
    sort_places(entries_, choice.places);
    std::map<FolderId, std::size_t> seen;
    for (Choice::Place& place : choice.places) {
        if (place.in_name) continue;
        const std::size_t before = seen[entries_.at(place.slot).folder]++;
        if (before >= kThroughFolderMax) place.score = std::max(0.001, place.score - kRepeatedLoss);
    }
    sort_places(entries_, choice.places);
}

// Without a scorer all sources are equal; without a filter, empty ones are grouped as well, which
// are matches of their own otherwise. The best one is looked at even when there are too many
// others.
Match Finder::match_at(Slot best, Scorer* scorer, Filter* filter) const {
    std::vector<Slot> slots{best};
    if (filter == nullptr || is_grouped(entries_, best)) {
        slots = entries_.same_content(best, kSourcesMax);
        if (std::find(slots.begin(), slots.end(), best) == slots.end()) slots.back() = best;
    }
    std::vector<RankedSource> ranked;
    for (const Slot slot : slots) {
        const Details details = entries_.details(slot);
        if (filter != nullptr && slot != best && details.size_bytes == 0) continue;
        ranked.push_back({filter == nullptr || filter->passes(slot),
                          scorer != nullptr ? scorer->score(slot).value : 0,
                          details.modified,
                          {entries_.owner_of(slot), EntryId{details.id}},
                          slot});
    }
    std::sort(ranked.begin(), ranked.end(), better_source);
    const Slot shown = ranked.front().slot;
    Match match;
    match.kind = entries_.at(shown).kind();
    match.content = entries_.content_of(best);
    match.path = entries_.path(shown);
    match.size_bytes = entries_.details(shown).size_bytes;
    match.modified = ranked.front().modified;
    match.score = ranked.front().score;
    for (const RankedSource& one : ranked) match.sources.push_back(one.source);
    return match;
}

std::vector<Match> Finder::matches_of(const Choice& choice, Scorer* scorer, Filter& filter,
                                      std::size_t limit) const {
    std::vector<std::pair<Match, std::size_t>> ranked;
    // Some more than are shown, because other sources of the same content may match better.
    const std::size_t count = std::min(choice.places.size(), 2 * limit);
    for (std::size_t i = 0; i < count; ++i) {
        Match match = match_at(choice.places[i].slot, scorer, &filter);
        // Alone it is worth what it was ranked by, which minds what stands before it.
        if (match.sources.size() == 1) match.score = choice.places[i].score;
        const std::size_t owners = owner_count(match);
        ranked.emplace_back(std::move(match), owners);
    }
    std::sort(ranked.begin(), ranked.end(), better_match);
    if (ranked.size() > limit) ranked.resize(limit);
    std::vector<Match> matches;
    for (auto& [match, owners] : ranked) matches.push_back(std::move(match));
    return matches;
}

}  // namespace iwant::search
