#include <algorithm>
#include <iterator>
#include <utility>

#include "core/node/answers.h"
#include "core/node/search_service.h"
#include "core/protocol/limits.h"

// The part of SearchService that makes one answer of what came.

namespace iwant::node {

namespace {

std::uint32_t limit_of(const Question& question) {
    const Query* query = question.query();
    return query == nullptr ? std::uint32_t{protocol::kLocateMatchesMax}
                            : std::min(query->limit, protocol::kQueryLimitMax);
}

std::vector<swarm::Source> sources_of(const std::vector<protocol::SearchResult>& matches,
                                      const Hash256& content, const PeerId& self) {
    std::vector<swarm::Source> sources;
    for (const auto& match : matches) {
        if (match.content != content) continue;
        for (const auto& source : match.sources) {
            if (source.owner != self) sources.push_back({source.owner, source.entry});
        }
    }
    return sources;
}

}  // namespace

void SearchService::finish(QuestionId id, Time now) {
    auto node = questions_.extract(id);
    Question& question = node.mapped();
    requests_.withdraw(id);
    refresh_own(question);
    AnswerSearch answer = conclude(question);
    answer.took = now - question.asked;
    answer.asked = static_cast<std::uint32_t>(question.open.size() + question.closed.size());
    answer.answered = question.answered;
    const Question::Part* best = question.complete_part();
    const bool leaders = best != nullptr && best->source == AnswerSource::leader;
    if (leaders && question.query() != nullptr && !cluster_.leading()) {
        if (answer.verification && !answer.verification->missing.empty())
            audit_.suspect(*question.query(), answer.verification->missing.front(), now);
        else
            audit_.answered(*question.query(), best->answer.reply, now);
    }
    deliver(question, std::move(answer));
}

// Our own index went on while others were waited for, or we have come to keep one: what it covers
// now goes with what it says now.
void SearchService::refresh_own(Question& question) const {
    const PeerId self = cluster_.self().peer;
    const auto own = [&](const Question::Part& part) { return part.answer.from == self; };
    if (std::erase_if(question.parts, own) > 0 || replica_counts(question)) add_own(question);
}

AnswerSearch SearchService::conclude(const Question& question) const {
    const Question::Part* best = question.complete_part();
    AnswerSearch answer =
        best != nullptr ? conclude_complete(question, *best) : conclude_incomplete(question);
    if (question.verify()) answer.verification = verify(question);
    return answer;
}

// What others hold of our own catalogue may be a moment behind it; we know better.
AnswerSearch SearchService::conclude_complete(const Question& question,
                                              const Question::Part& best) const {
    AnswerSearch answer;
    answer.source = best.source;
    const PeerId self = cluster_.self().peer;
    const bool current =
        best.answer.from == self || (best.source == AnswerSource::leader && cluster_.caught_up());
    if (current && !question.verify()) {
        answer.reply = best.answer.reply;
    } else {
        std::vector<AnswerPart> parts{best.answer};
        for (const Question::Part& part : question.parts) {
            if (question.verify() && &part != &best) parts.push_back(part.answer);
        }
        if (!current && question.owner().value_or(self) == self)
            parts.push_back(own_word(question));
        answer.reply = merge_answers(parts, limit_of(question));
        answer.reply.coverage = best.answer.reply.coverage;
    }
    const bool leaders = best.source == AnswerSource::leader;
    answer.reply.view = leaders ? best.answer.reply.view : present_view();
    answer.reply.complete = true;
    return answer;
}

AnswerSearch SearchService::conclude_incomplete(const Question& question) const {
    AnswerSearch answer;
    for (const Question::Part& part : question.parts) {
        const bool itself = part.answer.about == AnswerPart::About::itself;
        answer.source = itself ? AnswerSource::peers : std::min(answer.source, part.source);
        if (itself) break;
    }
    protocol::SearchReply said;
    say_coverage(question, said);
    const auto usable = said.complete ? parts_that_agree(question) : all_parts(question);
    answer.reply = merge_answers(usable, limit_of(question));
    answer.reply.view = present_view();
    answer.reply.coverage = said.coverage;
    answer.reply.complete = said.complete;
    return answer;
}

// What was removed from one index may still be in another: two of them are never mixed in an answer
// that calls itself complete.
std::vector<AnswerPart> SearchService::parts_that_agree(const Question& question) const {
    std::vector<AnswerPart> parts;
    const bool by_replica = !question.leader_said_complete() && replica_counts(question);
    for (const Question::Part& part : question.parts) {
        const bool leaders = part.source == AnswerSource::leader && part.answer.reply.complete;
        const bool own = part.answer.from == cluster_.self().peer && by_replica;
        parts.push_back(part.answer);
        if (!leaders && !own) parts.back().about = AnswerPart::About::itself;
    }
    if (question.owner().value_or(cluster_.self().peer) == cluster_.self().peer)
        parts.push_back(own_word(question));
    return parts;
}

// Whatever anybody knows; where nobody holds an index, even what we remember of an earlier one.
std::vector<AnswerPart> SearchService::all_parts(const Question& question) const {
    const PeerId self = cluster_.self().peer;
    std::vector<AnswerPart> parts;
    bool indexed = false;
    for (const Question::Part& part : question.parts) {
        indexed = indexed || part.answer.about == AnswerPart::About::everybody;
        parts.push_back(part.answer);
    }
    if (!indexed)
        parts.push_back({self, AnswerPart::About::everybody, own_answer(question)});
    else if (question.owner().value_or(self) == self)
        parts.push_back(own_word(question));
    return parts;
}

// A leader that cannot be asked is none for the one who asks.
protocol::LeaderView SearchService::present_view() const {
    protocol::LeaderView view = cluster_.leader_view();
    if (!cluster_.leading() && !cluster_.leader_session()) view.leader = {};
    return view;
}

// Every peer covers itself with its answer. Of those that spoke for all we know only how many they
// cover, so the numbers are the least that is certain.
void SearchService::say_coverage(const Question& question, protocol::SearchReply& reply) const {
    std::set<PeerId> known = known_alive();
    std::set<PeerId> covered{cluster_.self().peer};
    if (question.owner()) known = {*question.owner()};
    for (const PeerId& peer : known) {
        if (covered_already(question, peer)) covered.insert(peer);
    }
    auto& coverage = reply.coverage;
    coverage.known = static_cast<std::uint32_t>(known.size());
    for (const Question::Part& part : question.parts) {
        covered.insert(part.answer.from);
        if (part.answer.about == AnswerPart::About::itself || question.owner()) continue;
        coverage.known = std::max(coverage.known, part.answer.reply.coverage.known);
        coverage.indexed = std::max(coverage.indexed, part.answer.reply.coverage.indexed);
    }
    std::vector<PeerId> both;
    std::ranges::set_intersection(known, covered, std::back_inserter(both));
    const auto certain = static_cast<std::uint32_t>(both.size());
    coverage.indexed = std::min(std::max(coverage.indexed, certain), coverage.known);
    // Alone is not everybody: who has no company yet may only not have found it.
    const bool alone = known.size() == 1 && !question.owner() && !cluster_.leading();
    reply.complete = certain == coverage.known && !alone;
}

Verification SearchService::verify(const Question& question) const {
    Verification verification;
    const Question::Part* leaders = nullptr;
    const Question::Part* other = nullptr;
    for (const Question::Part& part : question.parts) {
        if (!part.complete) continue;
        (part.source == AnswerSource::leader ? leaders : other) = &part;
    }
    if (leaders == nullptr) return verification;
    const PeerId self = cluster_.self().peer;
    if (other != nullptr) {
        verification.with = other->answer.from;
        verification.missing = omissions(leaders->answer.reply, other->answer.reply);
    } else if (cluster_.caught_up() && question.owner().value_or(self) == self) {
        verification.with = self;
        verification.missing = omissions(leaders->answer.reply, own_word(question).reply);
    }
    return verification;
}

protocol::SearchReply SearchService::own_answer(const Question& question) const {
    if (const auto* search = std::get_if<SearchAsked>(&question.what))
        return answer_search(cluster_, index_, search->query);
    const auto* locate = std::get_if<LocateAsked>(&question.what);
    const std::string prefix = locate != nullptr
                                   ? locate->prefix
                                   : std::get<swarm::AskSources>(question.what).content.hex();
    return to_search_reply(answer_locate(cluster_, index_, prefix));
}

AnswerPart SearchService::own_word(const Question& question) const {
    AnswerPart part{cluster_.self().peer, AnswerPart::About::itself, {}};
    if (const Query* asked = question.query()) {
        Query query = *asked;
        query.owner = part.from;
        part.reply = answer_search(cluster_, index_, query);
    } else {
        part.reply = own_answer(question);
    }
    return part;
}

// Whoever holds a content by download is a source without an entry.
void SearchService::add_holders(const Question& question, protocol::SearchReply& reply) const {
    const auto* locate = std::get_if<LocateAsked>(&question.what);
    const std::string prefix = locate != nullptr
                                   ? locate->prefix
                                   : std::get<swarm::AskSources>(question.what).content.hex();
    std::vector<protocol::Holder> holders = book_.with_prefix(prefix);
    holders.insert(holders.end(), question.holders.begin(), question.holders.end());
    for (const protocol::Holder& holder : holders) {
        const protocol::Holding& held = holder.holding;
        if (!held.content.hex().starts_with(prefix)) continue;
        auto result =
            std::ranges::find(reply.results, held.content, &protocol::SearchResult::content);
        if (result == reply.results.end()) {
            reply.results.push_back(
                {held.kind, held.content, held.name, held.size_bytes, 0, 0, {}});
            result = std::prev(reply.results.end());
        }
        for (const PeerId& peer : holder.peers) {
            if (result->sources.size() >= protocol::kSourcesPerResultMax) break;
            const bool known = std::ranges::any_of(
                result->sources, [&](const auto& source) { return source.owner == peer; });
            if (!known) result->sources.push_back({peer, EntryId{}, cluster_.is_live(peer)});
        }
    }
}

void SearchService::deliver(const Question& question, AnswerSearch answer) {
    if (question.query() == nullptr) add_holders(question, answer.reply);
    if (const auto* search = std::get_if<SearchAsked>(&question.what)) {
        answer.ticket = search->ticket;
        actions_.push_back(std::move(answer));
    } else if (const auto* locate = std::get_if<LocateAsked>(&question.what)) {
        actions_.push_back(AnswerLocate{locate->ticket, to_locate_reply(std::move(answer.reply))});
    } else {
        const Hash256 content = std::get<swarm::AskSources>(question.what).content;
        found_.push_back(
            {content, sources_of(answer.reply.results, content, cluster_.self().peer)});
    }
}

}  // namespace iwant::node
