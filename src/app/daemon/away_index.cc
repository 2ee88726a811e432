#include "app/daemon/away_index.h"

#include <algorithm>
#include <set>
#include <utility>

namespace iwant::daemon {
namespace {

using protocol::SearchResult;

struct Row {
    SearchResult result;
    std::optional<UnixSeconds> as_of;
};

/// What results are about: their content, or, unhashed, whose path it is.
class Subjects {
  public:
    explicit Subjects(const std::vector<SearchResult>& results) {
        for (const SearchResult& result : results) {
            if (result.content) contents_.insert({result.kind, *result.content});
            for (const protocol::ResultSource& source : result.sources)
                paths_.insert({source.owner, result.path});
        }
    }
    bool contain(const SearchResult& result) const {
        if (result.content && contents_.contains({result.kind, *result.content})) return true;
        return std::ranges::any_of(result.sources, [&](const auto& source) {
            return paths_.contains({source.owner, result.path});
        });
    }

  private:
    std::set<std::pair<EntryKind, Hash256>> contents_;
    std::set<std::pair<PeerId, std::string>> paths_;
};

}  // namespace

void AwayIndex::add(const PeerId& peer, const std::vector<catalog::KeptEntry>& entries) {
    for (const catalog::KeptEntry& kept : entries) {
        as_of_.push_back(kept.as_of);
        Entry entry = kept.entry;
        entry.id = EntryId{as_of_.size()};
        index_.put(peer, entry);
    }
}

AwayIndex::Found AwayIndex::search(const Query& query,
                                   const std::function<bool(const PeerId&)>& is_away) const {
    search::Answer answer = index_.search(query);
    Found found{answer.total, {}, std::move(answer.did_you_mean)};
    for (search::Match& match : answer.matches) {
        Found::Result row{{match.kind,
                           match.content,
                           std::move(match.path),
                           match.size_bytes,
                           match.modified,
                           match.score,
                           {}},
                          0};
        for (const search::Match::Source& source : match.sources) {
            if (!is_away(source.owner)) continue;
            auto& sources = row.result.sources;
            protocol::ResultSource away{source.owner, {}};
            away.online = false;
            if (std::ranges::find(sources, away) == sources.end()) sources.push_back(away);
            row.as_of = std::max(row.as_of, as_of_.at(source.entry.value - 1));
        }
        if (row.result.sources.empty()) {
            --found.total;
        } else {
            found.results.push_back(std::move(row));
        }
    }
    return found;
}

std::vector<std::optional<UnixSeconds>> add_away(protocol::SearchReply& reply,
                                                 AwayIndex::Found found, std::uint32_t limit) {
    const Subjects here(reply.results);
    std::vector<Row> rows;
    for (SearchResult& result : reply.results) rows.push_back({std::move(result), {}});
    for (AwayIndex::Found::Result& away : found.results) {
        if (here.contain(away.result)) {
            --found.total;
        } else {
            rows.push_back({std::move(away.result), away.as_of});
        }
    }
    std::ranges::stable_sort(
        rows, [](const Row& a, const Row& b) { return a.result.score > b.result.score; });
    if (!rows.empty() && rows.front().as_of) reply.did_you_mean = std::move(found.did_you_mean);
    reply.total += found.total;
    if (rows.size() > limit) rows.resize(limit);
    reply.results.clear();
    std::vector<std::optional<UnixSeconds>> as_of;
    for (Row& row : rows) {
        reply.results.push_back(std::move(row.result));
        as_of.push_back(row.as_of);
    }
    return as_of;
}

}  // namespace iwant::daemon
