#include "core/node/answer_merge.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/protocol/limits.h"

namespace iwant::node {

namespace {

using About = AnswerPart::About;
using protocol::ResultSource;
using protocol::SearchResult;
using Key = std::pair<PeerId, EntryId>;

bool cut(const protocol::SearchReply& reply) {
    return reply.total > reply.results.size();
}

std::size_t owner_count(const SearchResult& result) {
    std::set<PeerId> owners;
    for (const ResultSource& source : result.sources) owners.insert(source.owner);
    return owners.size();
}

// Scores of all peers are on one scale, and a part's spelling is that of its first result.
std::string spelling_of_best(const std::vector<const AnswerPart*>& parts,
                             const protocol::SearchReply& merged) {
    if (merged.results.empty()) return "";
    const auto has_best = [&](const AnswerPart* part) {
        const auto& results = part->reply.results;
        return !results.empty() && results.front().score == merged.results.front().score;
    };
    const auto best = std::ranges::find_if(parts, has_best);
    return best == parts.end() ? "" : (*best)->reply.did_you_mean;
}

class Merge {
  public:
    explicit Merge(const std::vector<AnswerPart>& parts) {
        for (const AnswerPart& part : parts) {
            if (!cut(part.reply)) own_word_.emplace(part.from, &part);
        }
    }

    void add(const AnswerPart& part) {
        for (const SearchResult& result : part.reply.results) {
            SearchResult accepted = result;
            std::erase_if(accepted.sources,
                          [&](const ResultSource& source) { return !accepts(part, source); });
            if (!accepted.sources.empty()) place(std::move(accepted));
        }
        for (const protocol::Member& owner : part.reply.owners) {
            if (part.about == About::everybody || owner.peer == part.from)
                owners_.emplace(owner.peer, owner);
        }
        const std::uint64_t shown = part.reply.results.size();
        const std::uint64_t hidden = cut(part.reply) ? part.reply.total - shown : 0;
        if (part.about == About::itself) {
            hidden_alone_ += hidden;
        } else {
            hidden_shared_ = std::max(hidden_shared_, hidden);
        }
    }

    protocol::SearchReply take(std::uint32_t limit) {
        std::ranges::sort(results_, better);
        protocol::SearchReply reply;
        reply.total = results_.size() + hidden_alone_ + hidden_shared_;
        if (results_.size() > limit) results_.resize(limit);
        for (SearchResult& result : results_) {
            if (result.sources.size() > protocol::kSourcesPerResultMax)
                result.sources.resize(protocol::kSourcesPerResultMax);
            for (const ResultSource& source : result.sources) {
                const auto owner = owners_.find(source.owner);
                if (owner == owners_.end()) continue;
                reply.owners.push_back(std::move(owner->second));
                owners_.erase(owner);
            }
        }
        reply.results = std::move(results_);
        return reply;
    }

  private:
    // Each source once, by the word of its owner if there is one.
    bool accepts(const AnswerPart& part, const ResultSource& source) const {
        if (part.about == About::itself && source.owner != part.from) return false;
        const auto own = own_word_.find(source.owner);
        if (own != own_word_.end() && own->second != &part) return false;
        return !placed_.contains({source.owner, source.entry});
    }

    void place(SearchResult result) {
        for (const ResultSource& source : result.sources)
            placed_.insert({source.owner, source.entry});
        if (!result.content) {
            results_.push_back(std::move(result));
            return;
        }
        const auto [found, fresh] =
            by_content_.try_emplace(std::pair(result.kind, *result.content), results_.size());
        if (fresh) {
            results_.push_back(std::move(result));
            return;
        }
        SearchResult& there = results_[found->second];
        if (std::tie(result.score, result.modified) > std::tie(there.score, there.modified))
            std::swap(there, result);
        there.sources.insert(there.sources.end(), result.sources.begin(), result.sources.end());
    }

    // As an index orders them.
    static bool better(const SearchResult& a, const SearchResult& b) {
        const std::size_t owners_a = owner_count(a);
        const std::size_t owners_b = owner_count(b);
        const ResultSource& first_a = a.sources.front();
        const ResultSource& first_b = b.sources.front();
        return std::tie(b.score, owners_b, b.modified, a.path, first_a.owner, first_a.entry) <
               std::tie(a.score, owners_a, a.modified, b.path, first_b.owner, first_b.entry);
    }

    std::map<PeerId, const AnswerPart*> own_word_;  ///< of peers that told all of theirs
    std::set<Key> placed_;
    std::map<std::pair<EntryKind, Hash256>, std::size_t> by_content_;
    std::vector<SearchResult> results_;
    std::map<PeerId, protocol::Member> owners_;
    std::uint64_t hidden_alone_ = 0;
    std::uint64_t hidden_shared_ = 0;
};

}  // namespace

protocol::SearchReply merge_answers(const std::vector<AnswerPart>& parts, std::uint32_t limit) {
    std::vector<const AnswerPart*> in_order;
    for (const AnswerPart& part : parts) in_order.push_back(&part);
    // The same whatever came first; who speaks for itself goes before who speaks for all.
    std::ranges::stable_sort(in_order, [](const AnswerPart* a, const AnswerPart* b) {
        return std::tuple(b->about, a->from) < std::tuple(a->about, b->from);
    });
    Merge merge(parts);
    for (const AnswerPart* part : in_order) merge.add(*part);
    protocol::SearchReply reply = merge.take(limit);
    reply.did_you_mean = spelling_of_best(in_order, reply);
    return reply;
}

}  // namespace iwant::node
