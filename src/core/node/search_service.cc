#include "core/node/search_service.h"

#include <algorithm>
#include <utility>

#include "core/node/answers.h"
#include "core/node/proofs.h"
#include "core/protocol/limits.h"

namespace iwant::node {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {
constexpr Duration kAnswerWithin = milliseconds(1500);
constexpr Duration kLeaderWithin = seconds(2);
constexpr Duration kAskAgain = milliseconds(200);

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

void SearchService::ask(What what, Time now) {
    const QuestionId id{next_question_++};
    questions_.emplace(id, Question{std::move(what), now, {}, {}, {}});
    pursue(id, now);
}

// One step towards an answer from whoever leads now.
void SearchService::pursue(QuestionId id, Time now) {
    Question& question = questions_.at(id);
    question.at.reset();
    question.ask_again_at.reset();
    const auto session = cluster_.leader_session();
    if (cluster_.leading()) {
        answer_here(id, now);
        return;
    }
    if (!session) {
        wait(id, now);
        return;
    }
    const auto request = requests_.add(*session, id, now + kAnswerWithin);
    if (!request) {
        answer_here(id, now);
        return;
    }
    question.at = *session;
    if (const auto* search = std::get_if<SearchAsked>(&question.what)) {
        actions_.push_back(Send{*session, protocol::SearchRequest{*request, search->query}});
    } else if (const auto* locate = std::get_if<LocateAsked>(&question.what)) {
        actions_.push_back(Send{*session, protocol::LocateRequest{*request, locate->prefix}});
    } else {
        const auto& sources = std::get<swarm::AskSources>(question.what);
        actions_.push_back(
            Send{*session, protocol::LocateRequest{*request, sources.content.hex()}});
    }
}

void SearchService::wait(QuestionId id, Time now) {
    Question& question = questions_.at(id);
    question.at.reset();
    if (!question.wait_until) question.wait_until = now + kLeaderWithin;
    if (*question.wait_until <= now) answer_here(id, now);
}

void SearchService::answer_here(QuestionId id, Time now) {
    const auto node = questions_.extract(id);
    const Question& question = node.mapped();
    if (const auto* search = std::get_if<SearchAsked>(&question.what)) {
        answer(question, answer_search(cluster_, index_, search->query), now);
    } else if (const auto* locate = std::get_if<LocateAsked>(&question.what)) {
        answer(question, answer_locate(cluster_, index_, locate->prefix));
    } else {
        const auto& sources = std::get<swarm::AskSources>(question.what);
        answer(question, answer_locate(cluster_, index_, sources.content.hex()));
    }
}

void SearchService::answer(const Question& question, protocol::SearchReply reply, Time now) {
    const auto& asked = std::get<SearchAsked>(question.what);
    actions_.push_back(AnswerSearch{asked.ticket, std::move(reply), now - question.asked});
}

void SearchService::answer(const Question& question, protocol::LocateReply reply) {
    if (const auto* locate = std::get_if<LocateAsked>(&question.what)) {
        actions_.push_back(AnswerLocate{locate->ticket, std::move(reply)});
        return;
    }
    const Hash256 content = std::get<swarm::AskSources>(question.what).content;
    const PeerId self = cluster_.self().peer;
    auto sources = sources_of(reply.matches, content, self);
    // What we know ourselves counts as well: the leader may not have heard of it yet.
    const auto own = answer_locate(cluster_, index_, content.hex());
    for (const auto& source : sources_of(own.matches, content, self)) {
        if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
    }
    found_.push_back({content, std::move(sources)});
}

// Only the present leader's word counts, in the present epoch.
bool SearchService::from_the_leader(SessionId from, const protocol::LeaderView& view) const {
    return cluster_.leader_session() == from && view.leader == cluster_.peer_of(from) &&
           view.epoch >= cluster_.leader_view().epoch;
}

void SearchService::examine_answer(SessionId from, protocol::SearchReply& reply) {
    const auto answering = cluster_.peer_of(from);
    if (!answering) return;
    const Examined worth = examine(checker_, {*answering, cluster_.self().peer, index_}, reply);
    if (worth.forged > 0) cluster_.distrust(*answering, "it made up entries of others");
}

void SearchService::examine_answer(SessionId from, protocol::LocateReply& reply) {
    protocol::SearchReply part;
    part.results = std::move(reply.matches);
    part.owners = reply.owners;
    part.seals = reply.seals;
    examine_answer(from, part);
    reply.matches = std::move(part.results);
}

void SearchService::received(QuestionId id, SessionId from, protocol::SearchReply reply, Time now) {
    const auto question = questions_.find(id);
    if (question == questions_.end()) return;
    if (!from_the_leader(from, reply.view)) {
        refused(id, now);
        return;
    }
    examine_answer(from, reply);
    cluster_.learn(reply.owners);
    leader_coverage_ = reply.coverage;
    // The leader cannot know of a peer that only we see, nor of our changes that have not reached
    // it.
    const std::size_t known = cluster_.live_count() + 1;
    reply.complete = reply.complete && cluster_.caught_up() && reply.coverage.known >= known;
    answer(questions_.extract(question).mapped(), std::move(reply), now);
}

void SearchService::received(QuestionId id, SessionId from, protocol::LocateReply reply, Time now) {
    const auto question = questions_.find(id);
    if (question == questions_.end()) return;
    if (!from_the_leader(from, reply.view)) {
        refused(id, now);
        return;
    }
    examine_answer(from, reply);
    cluster_.learn(reply.owners);
    reply.complete = reply.complete && cluster_.caught_up();
    answer(questions_.extract(question).mapped(), std::move(reply));
}

void SearchService::refused(QuestionId id, Time now) {
    if (!questions_.contains(id)) return;
    questions_.at(id).ask_again_at = now + kAskAgain;
    wait(id, now);
}

void SearchService::expired(QuestionId id, Time now) {
    if (questions_.contains(id)) answer_here(id, now);
}

void SearchService::session_gone(QuestionId id, Time now) {
    if (questions_.contains(id)) wait(id, now);
}

void SearchService::leader_changed(Time now) {
    leader_coverage_.reset();
    std::vector<QuestionId> open;
    for (const auto& [id, question] : questions_) open.push_back(id);
    for (const QuestionId id : open) {
        const auto& question = questions_.at(id);
        if (question.at && question.at == cluster_.leader_session()) continue;
        requests_.withdraw(id);
        pursue(id, now);
    }
}

bool SearchService::allowed(SessionId session, RequestId request, Time now) {
    const auto peer = cluster_.peer_of(session);
    if (!peer) return false;
    Rate& rate = asked_by_[*peer];
    if (rate.count == 0 || now - rate.window >= seconds(1)) rate = {now, 0};
    if (rate.count >= protocol::kQueriesPerSecondMax) {
        actions_.push_back(Send{session, protocol::Refusal{request, protocol::RefusalCode::busy}});
        return false;
    }
    ++rate.count;
    return true;
}

void SearchService::serve(SessionId session, const protocol::SearchRequest& request, Time now) {
    if (!allowed(session, request.request, now)) return;
    auto reply = answer_search(cluster_, index_, request.query);
    reply.request = request.request;
    actions_.push_back(Send{session, std::move(reply)});
}

void SearchService::serve(SessionId session, const protocol::LocateRequest& request, Time now) {
    if (!allowed(session, request.request, now)) return;
    auto reply = answer_locate(cluster_, index_, request.prefix);
    reply.request = request.request;
    actions_.push_back(Send{session, std::move(reply)});
}

void SearchService::advance(Time now) {
    std::vector<QuestionId> again;
    std::vector<QuestionId> over;
    for (const auto& [id, question] : questions_) {
        if (question.at) continue;
        if (question.wait_until && *question.wait_until <= now) {
            over.push_back(id);
        } else if (question.ask_again_at && *question.ask_again_at <= now) {
            again.push_back(id);
        } else if (!question.ask_again_at && cluster_.leader_session()) {
            again.push_back(id);
        }
    }
    for (const QuestionId id : over) answer_here(id, now);
    for (const QuestionId id : again) pursue(id, now);
}

std::optional<Time> SearchService::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [id, question] : questions_) {
        if (question.at) continue;
        for (const auto& time : {question.wait_until, question.ask_again_at}) {
            if (time && (!earliest || *time < *earliest)) earliest = time;
        }
    }
    return earliest;
}

std::vector<Action> SearchService::take_actions() {
    return std::exchange(actions_, {});
}

std::vector<swarm::SourcesFound> SearchService::take_found() {
    return std::exchange(found_, {});
}

}  // namespace iwant::node
